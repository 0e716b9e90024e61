import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CuttablePipe, makePipeCuttable } from '../support/cuttable-pipe.ts';
import {
  cardOf,
  openQuestion,
  readCard,
  seeSettled,
  waitForCount,
  waitingRow,
} from '../support/page-acts.ts';
import { openProductPage, type ProductPage, readServeUrl } from '../support/page-driver.ts';
import { countDecisions, readEvents, readSessions } from '../support/read-sessions.ts';
import { shareChromium } from '../support/share-chromium.ts';
import type { CliResult } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WAIT = { timeout: 30_000 };

const chromium = shareChromium();
let product: ProductPage;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
});
afterEach(() => product.close());

const strip = (page: Page) => page.getByText('Not connected to the engine.').first();

function ask(file: string): Promise<CliResult> {
  return product.place.run(['exec', '--wait', '-a', 'untrusted', `touch ${file}`]);
}

/** Without an engine nothing on the card answers, neither by key nor by click. */
async function expectReadOnly(page: Page, approvalId: string): Promise<void> {
  await strip(page).waitFor(WAIT);
  const card = cardOf(page, approvalId);
  await card.getByText(/^as of \d\d:\d\d:\d\d$/).waitFor(WAIT);
  await card.getByText('Answers wait for the engine. Nothing is kept for later.').waitFor(WAIT);
  expect(await card.locator('[data-answer]:enabled').count()).toBe(0);
  await readCard(page, approvalId);
  await card.focus();
  for (const key of ['a', 'r', 'f', 's', 'Control+Enter']) await page.keyboard.press(key);
  for (const button of await card.locator('[data-answer]').all()) await button.click({ force: true });
  expect(await card.getAttribute('data-state')).toBe('open');
  expect(await card.locator('textarea').count()).toBe(0);
}

/** A mark that a reload would take away. */
const mark = (page: Page) => page.evaluate(() => Reflect.set(window, 'isMarked', true));
const isMarked = (page: Page) => page.evaluate(() => Reflect.get(window, 'isMarked') === true);

/** What the browser itself says about a server that is not there; everything else is a problem. */
const ownProblems = () =>
  product.problems.filter((problem) => !/ERR_CONNECTION_REFUSED|WebSocket connection to/.test(problem));

describe('an engine that is killed under the open page', () => {
  it('is missed at once, and comes back without a reload; its questions are withdrawn, and none is decided twice', async () => {
    const { page, place } = product;
    await mark(page);
    const before = ask('before.txt');
    const first = await openQuestion(page);
    await page.keyboard.press('a');
    await seeSettled(page, first);
    await before;
    const orphan = ask('orphan.txt');
    const lost = await openQuestion(page);
    const pid = place.enginePid();
    expect(pid).toBeGreaterThan(0);
    process.kill(pid ?? 0, 'SIGKILL');
    await expectReadOnly(page, lost);
    expect(await page.title()).toBe('(1) Sallyport');
    expect((await orphan).status).not.toBe(0);

    const again = place.start(['serve', '--no-open']);
    await readServeUrl(again);
    await strip(page).waitFor({ state: 'detached', ...WAIT });
    await seeSettled(page, lost);
    await cardOf(page, lost).getByText('Withdrawn').first().waitFor(WAIT);
    await waitForCount(page, 0);

    const after = ask('after.txt');
    const next = await openQuestion(page);
    expect([first, lost]).not.toContain(next);
    await page.keyboard.press('a');
    await seeSettled(page, next);
    expect((await after).status).toBe(0);
    expect(await isMarked(page)).toBe(true);
    const files = ['before.txt', 'orphan.txt', 'after.txt'].map((file) =>
      existsSync(join(place.folder, file)),
    );
    expect(files).toEqual([true, false, true]);
    expect(await countDecisions(place)).toEqual(new Map([first, lost, next].map((id) => [id, 1])));
    const [, orphaned] = await readSessions(place);
    expect(orphaned?.state).toBe('lost');
    const events = await readEvents(place, orphaned?.sessionId ?? '');
    expect(events.filter(({ type }) => type === 'approval/answered')).toEqual([]);
    expect((await place.run(['history', 'verify'])).status).toBe(0);
    expect(ownProblems()).toEqual([]);
  });

  it('a timeline that is open goes on behind the new engine', async () => {
    const { page, place } = product;
    const running = ask('seen.txt');
    const id = await openQuestion(page);
    await page.getByRole('link', { name: /^work/ }).click();
    await waitingRow(page, id).waitFor(WAIT);
    process.kill(place.enginePid() ?? 0, 'SIGKILL');
    await strip(page).waitFor(WAIT);
    await running;
    await readServeUrl(place.start(['serve', '--no-open']));
    await strip(page).waitFor({ state: 'detached', ...WAIT });
    await waitingRow(page, id).waitFor({ state: 'detached', ...WAIT });
    const rows = page.getByRole('grid', { name: 'Timeline' }).getByRole('row');
    await rows.filter({ hasText: id }).filter({ hasText: 'the engine ended' }).waitFor(WAIT);
    expect(await rows.filter({ hasText: id }).count()).toBe(1);
    await rows.filter({ hasText: 'session lost' }).waitFor(WAIT);
  });
});

describe('an engine that is stopped under the open page', () => {
  it('is missed within 15 s though the connection stands, and goes on with the same question', async () => {
    const { page, place } = product;
    await mark(page);
    const running = ask('stopped.txt');
    const id = await openQuestion(page);
    const pid = place.enginePid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      await strip(page).waitFor({ timeout: 15_000 });
      await expectReadOnly(page, id);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await strip(page).waitFor({ state: 'detached', ...WAIT });
    expect(await openQuestion(page)).toBe(id);
    await page.keyboard.press('a');
    await seeSettled(page, id);
    expect((await running).status).toBe(0);
    expect(existsSync(join(place.folder, 'stopped.txt'))).toBe(true);
    expect(await countDecisions(place)).toEqual(new Map([[id, 1]]));
    expect(await isMarked(page)).toBe(true);
  });
});

describe('a connection that breaks while the engine lives', () => {
  let page: Page;
  let pipe: CuttablePipe;
  beforeEach(async () => {
    page = await product.openWindow(async (opened) => {
      pipe = await makePipeCuttable(opened);
    });
  });

  it('leaves the question as it was, and it is answered once', async () => {
    const running = ask('once.txt');
    const id = await openQuestion(page);
    await pipe.cut();
    await expectReadOnly(page, id);
    pipe.mend();
    await strip(page).waitFor({ state: 'detached', ...WAIT });
    expect(await openQuestion(page)).toBe(id);
    await page.keyboard.press('a');
    await seeSettled(page, id);
    expect((await running).status).toBe(0);
    expect(existsSync(join(product.place.folder, 'once.txt'))).toBe(true);
    expect(await countDecisions(product.place)).toEqual(new Map([[id, 1]]));
  });

  it('with an answer on its way: it counts once, and the page is told', async () => {
    const running = ask('way.txt');
    const id = await openQuestion(page);
    pipe.setDeaf(true);
    await page.keyboard.press('a');
    await cardOf(page, id).getByText('Allowing…').waitFor(WAIT);
    expect((await running).status).toBe(0);
    await pipe.cut();
    await strip(page).waitFor(WAIT);
    pipe.mend();
    await strip(page).waitFor({ state: 'detached', ...WAIT });
    await seeSettled(page, id);
    await cardOf(page, id)
      .getByText(/^Allowed once.*by you in a window$/)
      .first()
      .waitFor(WAIT);
    await waitForCount(page, 0);
    expect(await countDecisions(product.place)).toEqual(new Map([[id, 1]]));
  });
});
