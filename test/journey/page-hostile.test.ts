import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cardOf, openQuestion, seeSettled, waitForCount } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { shareChromium } from '../support/share-chromium.ts';
import type { CliResult } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WAIT = { timeout: 60_000 };

/** Everything that would do something, were it taken for more than text. */
const TAGS =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script><iframe srcdoc="<b>3</b>"></iframe>';
const ESC = '\u001b';
const BEL = '\u0007';
const CONTROLS = [
  `${ESC}[31mred${ESC}[0m${ESC}[2J${ESC}[8mhidden`,
  `${ESC}]0;owned${BEL}`,
  `${ESC}]8;;https://evil.example${BEL}click${ESC}]8;;${BEL}`,
  `${ESC}]52;c;ZXZpbA==${BEL}`,
].join('');
const UNSEEN = '\u202egpj.\u2066exe\u200b\u200d\ufeff\u00ad';
const FOLDER = `<img src=x onerror=window.hacked=4>${ESC}[1m\u202e${BEL}d\u200b`;

const chromium = shareChromium();
let product: ProductPage;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
});
afterEach(() => product.close());

function run(words: readonly string[], cwd = product.place.folder): Promise<CliResult> {
  return product.place.run(['exec', ...words], { cwd });
}

/** Nothing on the page was made from a stranger's text, and nothing of it was executed. */
async function expectHarmless(page: Page, waiting: number): Promise<void> {
  const made = await page.evaluate(() => ({
    elements: document.querySelectorAll(
      '#root :is(img, script, iframe, style, object, embed, base, form[action])',
    ).length,
    links: document.querySelectorAll('a:not([href^="#/"])').length,
    handlers: document.querySelectorAll('[onerror], [onload], [onclick], [srcdoc]').length,
    hacked: Reflect.get(window, 'hacked'),
    // what turns or hides text, or rings, is shown by its number and never as itself
    raw: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(
      document.body.textContent,
    ),
    attributes: [...document.querySelectorAll('#root *')].some((element) =>
      [...element.attributes].some(({ value }) => /[\u0007\u001b\u202e\u2066]/.test(value)),
    ),
  }));
  expect(made).toEqual({
    ...{ elements: 0, links: 0, handlers: 0, hacked: undefined, raw: false, attributes: false },
  });
  expect(await page.title()).toBe(waiting === 0 ? 'Sallyport' : `(${waiting}) Sallyport`);
}

/** Opens the session that came last, from the rail; a press is lost when its line moves because it has ended. */
async function openNewest(page: Page): Promise<void> {
  await vi.waitFor(async () => {
    await page.locator('nav li a').first().click({ timeout: 10_000 });
    await page.getByRole('grid', { name: 'Timeline' }).waitFor({ timeout: 10_000 });
  }, WAIT);
}

describe('text of strangers', () => {
  it('in commands, output, names of files and folders is text, and what is unseen is shown', async () => {
    const { page, place } = product;
    const folder = join(place.folder, FOLDER);
    mkdirSync(folder);
    const name = `n${UNSEEN}<b onclick=1>${BEL}`;
    const script = [`printf '%s\\n' '${TAGS}${CONTROLS}${UNSEEN}'`, `touch '${name}'`].join('\n');
    const running = run(['--wait', '-a', 'untrusted', `${script} # ${TAGS}`], folder);
    const id = await openQuestion(page);
    const card = cardOf(page, id);
    const shown = (await card.textContent()) ?? '';
    for (const mark of ['⟨U+202E⟩', '⟨U+2066⟩', '⟨U+200B⟩', '⟨U+FEFF⟩', '⟨U+0007⟩', '⟨U+001B⟩']) {
      expect(shown).toContain(mark);
    }
    await expectHarmless(page, 1);
    await openNewest(page);
    await page.getByRole('row').filter({ hasText: id }).first().waitFor(WAIT);
    await expectHarmless(page, 1);
    await page.keyboard.press('Control+j');
    await openQuestion(page);
    await page.keyboard.press('a');
    await seeSettled(page, id);
    expect((await running).status).toBe(0);
    expect(readdirSync(folder)).toEqual([name]);
    await waitForCount(page, 0);
    await expectHarmless(page, 0);
    await page.getByRole('row', { name: /^output/ }).click();
    const output = page.getByRole('region', { name: 'Output' });
    await output.getByText('<script>window.hacked=2</script>').waitFor(WAIT);
    await output.getByText('⟨U+202E⟩').first().waitFor(WAIT);
    await expectHarmless(page, 0);
    expect([product.problems, product.foreignRequests]).toEqual([[], []]);
  });

  it('neither grows over what stands beside it, nor turns the order of a path', async () => {
    const { page } = product;
    const path = '/\u05d0\u05d1/12/\u05d3\u05d4';
    const tower = `n\u0e01${'\u0e34'.repeat(60)}`;
    const running = run(['--wait', '-a', 'untrusted', `touch '${path}' '${tower}'`]);
    const id = await openQuestion(page);
    const card = cardOf(page, id);
    expect(/\u0e34{2}/.test((await card.textContent()) ?? '')).toBe(false);
    expect((await card.locator('[data-payload]').textContent()) ?? '').toContain('⟨U+0E34⟩');
    // where each character of the path stands on the screen, in the order of the text
    const places = await card.locator('[data-payload]').evaluate((payload, wanted) => {
      const walker = document.createTreeWalker(payload, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const start = node.textContent?.indexOf(wanted) ?? -1;
        if (start < 0) continue;
        return Array.from(wanted, (_, at) => {
          const range = document.createRange();
          range.setStart(node, start + at);
          range.setEnd(node, start + at + 1);
          return range.getBoundingClientRect().left;
        });
      }
      return [];
    }, path);
    expect(places.length).toBe(path.length);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    await page.keyboard.press('r');
    await seeSettled(page, id);
    await running;
    expect(product.problems).toEqual([]);
  });

  it('in a file that is asked about and in the reason of a rejection changes nothing', async () => {
    const { page, place } = product;
    const running = run(['--wait', '-a', 'untrusted', `touch 'a${TAGS}.txt'`]);
    const id = await openQuestion(page);
    const feedback = `${TAGS}${CONTROLS}${UNSEEN}`;
    expect((await place.run(['approvals', 'reject', id, '--feedback', feedback])).status).toBe(0);
    await seeSettled(page, id);
    await running;
    await openNewest(page);
    await page.getByRole('row').filter({ hasText: id }).first().waitFor(WAIT);
    await expectHarmless(page, 0);
    expect(product.problems).toEqual([]);
  });
});

/** Times between frames, in ms, from now on until `stop`. */
async function watchFrames(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const deltas: number[] = [];
    Reflect.set(window, 'deltas', deltas);
    let last = performance.now();
    const frame = (now: number): void => {
      deltas.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return async () => {
    const deltas: number[] = await page.evaluate(() => Reflect.get(window, 'deltas'));
    return deltas.slice(1).toSorted((a, b) => a - b);
  };
}

/** A machine under load draws late; a page that is stuck does not draw for seconds. */
function expectSmooth(deltas: readonly number[]): void {
  const at = (part: number): number => deltas[Math.floor(part * (deltas.length - 1))] ?? Number.NaN;
  expect(deltas.length).toBeGreaterThan(20);
  expect(at(0.95)).toBeLessThan(1000);
}

describe('far too much text', () => {
  it('a line of 1 MB and 100,000 lines: the page goes on, and the output is read in pieces', async () => {
    const { page } = product;
    const script = [
      'sleep 1',
      "head -c 1048576 /dev/zero | tr '\\0' A",
      'echo',
      'seq 1 100000',
      'echo at the end',
      'sleep 1',
    ].join('\n');
    const running = run(['-a', 'never', script]);
    await openNewest(page);
    const stop = await watchFrames(page);
    expect((await running).status).toBe(0);
    const deltas = await stop();
    await page.getByRole('row', { name: /^output/ }).click(WAIT);
    const output = page.getByRole('region', { name: 'Output' });
    await output.getByText('at the end').waitFor(WAIT);
    const length = await output.evaluate((element) => element.textContent.length);
    expect(length).toBeLessThan(300_000);
    await output.getByRole('button', { name: /^Show earlier/ }).click();
    await page.waitForFunction(
      (before) => (document.querySelector('[aria-label=Output]')?.textContent.length ?? 0) > before,
      length,
      WAIT,
    );
    await expectHarmless(page, 0);
    expectSmooth(deltas);
    expect(product.problems).toEqual([]);
  });

  it('a script of 10,000 steps: the card folds it, and it is answered like any other', async () => {
    const { page, place } = product;
    const stop = await watchFrames(page);
    const lines = Array.from({ length: 10_000 }, (_, line) => `touch ${line}`);
    const running = run(['--wait', '-a', 'untrusted', lines.join('\n')]);
    const id = await openQuestion(page);
    const card = cardOf(page, id);
    const fold = card.getByRole('button', { name: /folded/ });
    const length = (): Promise<number> => card.evaluate((element) => element.textContent.length);
    expect(await length()).toBeLessThan(20_000);
    await fold.click();
    expect(await length()).toBeLessThan(70_000);
    await card.getByRole('button', { name: /^Show more/ }).click();
    expect(await length()).toBeGreaterThan(70_000);
    await openNewest(page);
    await openQuestion(page);
    await page.keyboard.press('r');
    await seeSettled(page, id);
    await running;
    expectSmooth(await stop());
    expect(readdirSync(place.folder)).toEqual([]);
    await expectHarmless(page, 0);
    expect(product.problems).toEqual([]);
  });

  it('hundreds of commands in a few seconds: their rows come, and the page goes on', async () => {
    const { page } = product;
    const running = run(['-a', 'never', 'sleep 1; for each in $(seq 1 300); do /bin/true; done']);
    await openNewest(page);
    const stop = await watchFrames(page);
    expect((await running).status).toBe(0);
    await page.getByText('session closed').waitFor(WAIT);
    expectSmooth(await stop());
    expect(await page.getByRole('radio', { name: /^Commands 30[1-9]/ }).count()).toBe(1);
    expect(product.problems).toEqual([]);
  });
});
