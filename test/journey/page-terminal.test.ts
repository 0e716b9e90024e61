import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openQuestion, typeFolder } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { shareChromium } from '../support/share-chromium.ts';
import type { PersonTerminal } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WAIT = { timeout: 60_000 };
const WAIT_FOR = { timeout: 60_000, interval: 50 };

const chromium = shareChromium();
let product: ProductPage;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
});
afterEach(() => product.close());

/** Opens the terminal of the session that came last. */
async function openTerminal(page: Page): Promise<Locator> {
  await page.locator('nav li a').first().click(WAIT);
  await page.getByRole('radio', { name: 'Terminal' }).click(WAIT);
  const pane = page.getByRole('region', { name: 'Terminal' });
  await pane.locator('.xterm-rows').waitFor(WAIT);
  return pane;
}

/** The lines of the screen. */
const linesOf = (pane: Locator): Promise<readonly string[]> =>
  pane
    .locator('.xterm-rows > div')
    .evaluateAll((rows) => rows.map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd()));

async function see(pane: Locator, text: string | RegExp, patience = WAIT_FOR): Promise<void> {
  const fits = (line: string): boolean => (typeof text === 'string' ? line === text : text.test(line));
  await vi.waitFor(async () => {
    const lines = await linesOf(pane);
    if (!lines.some(fits)) throw new Error(`did not see ${String(text)} in:\n${lines.join('\n')}`);
  }, patience);
}

/** Types on the terminal from here on: it says so when it has the keyboard, and not before. */
async function takeKeyboard(pane: Locator): Promise<void> {
  const early = pane.evaluate(
    (element) =>
      new Promise<boolean>((resolve) => {
        const look = (): void => {
          if (element.textContent?.includes('Every key goes to the program') !== true) return;
          observer.disconnect();
          resolve(document.activeElement?.classList.contains('xterm-helper-textarea') !== true);
        };
        const observer = new MutationObserver(look);
        observer.observe(element, { subtree: true, childList: true, characterData: true });
        look();
      }),
  );
  await pane.getByText('Type here').click(WAIT);
  expect(await early).toBe(false);
  await pane.locator('.xterm-helper-textarea:focus').waitFor({ ...WAIT, state: 'attached' });
}

/** A program on a person's terminal; what it prints is in the file. */
function runPrinter(bytes: string, then = 'cat'): PersonTerminal {
  writeFileSync(join(product.place.folder, 'printed'), bytes);
  return product.place.openTerminal(['run', '-a', 'never', '--', 'sh', '-c', `cat printed; ${then}`], {
    columns: 100,
  });
}

describe('the terminal of a session on the page', () => {
  it('shows what was printed before and what comes, in colours and in the size of its opener', async () => {
    const { page } = product;
    const colours = '\x1b[31mred-word\x1b[0m \x1b[38;2;1;200;3mtrue-word\x1b[0m\r\n';
    const own = runPrinter(`${colours}first-line\r\n`, 'stty size; cat');
    await own.see('50 100');
    const pane = await openTerminal(page);
    await see(pane, 'first-line');
    await see(pane, '50 100');
    const colourOf = (text: string): Promise<string> =>
      pane
        .locator('.xterm-rows span', { hasText: text })
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    const plain = await pane.locator('.xterm-rows').evaluate((element) => getComputedStyle(element).color);
    const [red, green] = [await colourOf('red-word'), await colourOf('true-word')];
    expect(new Set([plain, red, green]).size).toBe(3);
    expect((await linesOf(pane)).length).toBe(50);
    own.type('typed by its opener\r');
    await see(pane, 'typed by its opener');
    own.resize(70, 20);
    await vi.waitFor(async () => expect((await linesOf(pane)).length).toBe(20), WAIT_FOR);
    // The choice holds for this session over a reload, for as long as it runs.
    await page.reload();
    await see(pane, 'typed by its opener');
    own.type('\x03');
    expect(await own.ended).toBe(130);
    await pane.getByText('The session has ended').waitFor(WAIT);
    await see(pane, 'first-line');
    await page.reload();
    await page.locator('nav li a').first().waitFor(WAIT);
    await page.getByRole('searchbox').or(page.getByRole('grid')).first().waitFor(WAIT);
    expect(await page.getByRole('region', { name: 'Terminal' }).count()).toBe(0);
    expect([product.problems, product.foreignRequests]).toEqual([[], []]);
  });

  it('takes keys only when a person has said so, and F6 leaves it', async () => {
    const { page } = product;
    const own = runPrinter('ready\r\n', 'read -r line; echo "got <$line>"; cat');
    await own.see('ready');
    const pane = await openTerminal(page);
    await see(pane, 'ready');
    await pane.locator('.screen, .xterm').first().click();
    await page.keyboard.type('unheard\n');
    await takeKeyboard(pane);
    await page.keyboard.type('h\u00e9llo');
    await page.keyboard.press('Enter');
    await own.see('got <h\u00e9llo>');
    await see(pane, 'got <h\u00e9llo>');
    expect(own.screen()).not.toContain('unheard');
    await page.keyboard.press('F6');
    await page.keyboard.type('after');
    await vi.waitFor(async () => {
      const focused = await page.evaluate(() => document.activeElement?.tagName);
      expect(focused).toBe('INPUT');
    }, WAIT_FOR);
    await pane.getByText('Type here').click();
    await pane.getByText('You are looking on').waitFor(WAIT);
    expect(own.screen()).not.toContain('after');
    own.type('\x04');
    expect(await own.ended).toBe(0);
  });

  it('says that keys go to the program only when its screen is there', async () => {
    const { page } = product;
    const arrival = Promise.withResolvers<void>();
    await page.route(/terminal-screen-[^/]*\.js$/, async (route) => {
      await arrival.promise;
      await route.continue();
    });
    const own = runPrinter('ready\r\n');
    await own.see('ready');
    await page.locator('nav li a').first().click(WAIT);
    await page.getByRole('radio', { name: 'Terminal' }).click(WAIT);
    const pane = page.getByRole('region', { name: 'Terminal' });
    await pane.getByText('Loading the terminal').waitFor(WAIT);
    await pane.getByText('Type here').click(WAIT);
    await vi.waitFor(async () => expect(await pane.locator('input').isChecked()).toBe(true), WAIT_FOR);
    expect(await pane.getByText('Every key goes to the program').count()).toBe(0);
    arrival.resolve();
    await pane.getByText('Every key goes to the program').waitFor(WAIT);
    await pane.locator('.xterm-helper-textarea:focus').waitFor({ ...WAIT, state: 'attached' });
    await page.keyboard.type('heard\n');
    await see(pane, 'heard');
    own.type('\x04');
    expect(await own.ended).toBe(0);
  });

  it('what is pasted does not end the paste by itself, and is nothing where nobody types', async () => {
    const { page } = product;
    const own = runPrinter('\x1b[?2004hready\r\n', 'cat -v');
    await own.see('ready');
    const pane = await openTerminal(page);
    await see(pane, 'ready');
    const paste = (text: string): Promise<void> =>
      pane.locator('.xterm-helper-textarea').evaluate((field, pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', pasted);
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, text);
    await paste('unheard\n');
    await takeKeyboard(pane);
    await paste('one\x1b[201~\x03two\n');
    await see(pane, '^[[200~one[201~two');
    expect(own.screen()).not.toContain('unheard');
    own.type('\x04\x04');
    expect(await own.ended).toBe(0);
    expect(product.problems).toEqual([]);
  });

  it('of hostile output is a picture and nothing else', async () => {
    const { page } = product;
    const tags = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>';
    const hostile = [
      '\x1b]0;owned\x07\x1b]2;owned\x07\x1b]1;owned\x07',
      '\x1b]52;c;ZXZpbA==\x07',
      '\x1b]8;;https://evil.example/\x07link-word\x1b]8;;\x07 https://evil.example/plain ',
      '\x1b]10;#000000\x07\x1b]11;#000000\x07\x1b]4;0;?\x07\x1b]10;?\x07',
      '\x1b[8;5;10t\x1b[3;0;0t\x1b[2t\x1b[21t\x1b[18t',
      '\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[>q\x1b[?2004$p\x1bP$qm\x1b\\\x1b[x\x05',
      '\x1b[?1000h\x1b[?1003h\x1b[?1004h',
      `${tags}\r\nhostile-end\r\n`,
    ].join('');
    await page.evaluate(() => {
      Reflect.set(window, 'copied', 0);
      navigator.clipboard.writeText = () => {
        Reflect.set(window, 'copied', 1);
        return Promise.resolve();
      };
      window.open = () => {
        Reflect.set(window, 'opened', 1);
        return null;
      };
    });
    // what is printed is answered by nobody: only these three keys arrive
    const out = join(product.place.folder, 'typed.bin');
    const script = `stty raw -echo; echo raw-now; read go; cat printed; head -c 3 > '${out}'; echo over-now; cat`;
    writeFileSync(join(product.place.folder, 'printed'), hostile);
    const own = product.place.openTerminal(['run', '-a', 'never', '--', 'bash', '-c', script]);
    await own.see('raw-now');
    const pane = await openTerminal(page);
    await see(pane, 'raw-now');
    await takeKeyboard(pane);
    own.type('go\n');
    await see(pane, /hostile-end/);
    await page.keyboard.type('xyz');
    await own.see('over-now');
    expect(readFileSync(out, 'latin1')).toBe('xyz');
    const made = await page.evaluate(() => ({
      hacked: Reflect.get(window, 'hacked'),
      copied: Reflect.get(window, 'copied'),
      opened: Reflect.get(window, 'opened'),
      title: document.title,
      elements: document.querySelectorAll('#root :is(img, script, iframe, object)').length,
      links: document.querySelectorAll('a:not([href^="#/"])').length,
      styles: document.querySelectorAll('style').length,
    }));
    expect(made).toEqual({
      ...{ hacked: undefined, copied: 0, opened: undefined, title: 'Sallyport' },
      ...{ elements: 0, links: 0, styles: 0 },
    });
    const link = pane.locator('.xterm-rows span', { hasText: 'link-word' }).first();
    // the screen lies above its rows
    await link.click({ modifiers: ['Control'], force: true });
    await link.click({ force: true });
    expect(await page.evaluate(() => Reflect.get(window, 'opened'))).toBe(undefined);
    expect(page.url()).toContain('#/session/');
    own.signal('SIGHUP');
    await own.ended;
    expect([product.problems, product.foreignRequests]).toEqual([[], []]);
  });

  it('of a program that was started here is as large as its place, and is typed on', async () => {
    const { page, place } = product;
    await page.goto(`${page.url().replace(/#.*/, '')}#/new`);
    await typeFolder(page, place.folder);
    await page.getByRole('radio', { name: 'Program' }).click(WAIT);
    await page
      .getByLabel(/Command line|Program/)
      .last()
      .fill('bash --norc --noprofile');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('radio', { name: 'Terminal' }).click(WAIT);
    const pane = page.getByRole('region', { name: 'Terminal' });
    await takeKeyboard(pane);
    await page.keyboard.type('stty size; echo "rows-$((1+1))"\n');
    await see(pane, 'rows-2');
    const size = (await linesOf(pane)).length;
    await see(pane, new RegExp(`^${size} \\d+$`));
    await page.setViewportSize({ width: 1280, height: 520 });
    // the picture is smaller at once, the terminal when the engine has been told
    await vi.waitFor(async () => {
      const smaller = (await linesOf(pane)).length;
      expect(smaller).toBeLessThan(size);
      await page.keyboard.type('stty size\n');
      await see(pane, new RegExp(`^${smaller} \\d+$`), { timeout: 5000, interval: 50 });
    }, WAIT_FOR);
    await page.keyboard.type('exit 3\n');
    await pane.getByText('The session has ended').waitFor(WAIT);
    expect(product.problems).toEqual([]);
  });

  it('leaves questions of a program on the whole screen to the page', async () => {
    const { page, place } = product;
    const own = place.openTerminal([
      ...['run', '-a', 'untrusted', '--', 'sh', '-c'],
      "printf '\\033[?1049h\\033[Hfull-screen'; touch asked.txt; printf 'after'; printf '\\033[?1049l'; echo over",
    ]);
    await answerOnPage(own, page);
    expect(existsSync(join(place.folder, 'asked.txt'))).toBe(true);
    expect(await own.ended).toBe(0);
    expect(own.screen()).toContain('\x1b]2;sallyport: a question waits');
  });
});

/** Allows on the page what is asked while the screen is taken. */
async function answerOnPage(own: PersonTerminal, page: Page): Promise<void> {
  await own.see('full-screen');
  await own.see('\x1b]2;sallyport: a question waits');
  await openQuestion(page);
  await page.keyboard.press('a');
  await own.see('over');
}
