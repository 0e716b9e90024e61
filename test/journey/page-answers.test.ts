import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CuttablePipe, makePipeCuttable } from '../support/cuttable-pipe.ts';
import { cardOf, openQuestion, seeSettled, waitForCount } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { countDecisions } from '../support/read-sessions.ts';
import { shareChromium } from '../support/share-chromium.ts';
import type { CliResult } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const SOON = { timeout: 5000 };

const chromium = shareChromium();
let product: ProductPage;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
});
afterEach(() => product.close());

/** A session of its own with one question, about making this file. */
function ask(file: string): Promise<CliResult> {
  return product.place.run(['exec', '--wait', '-a', 'untrusted', `touch ${file}`]);
}

/** The row of a question in the inbox, as long as it waits. */
const waitingInInbox = (page: Page, approvalId: string) =>
  page.locator(`[data-key="${approvalId}"] input:enabled`);

/** Nowhere on this page the question waits any more, and its card says what came of it and by whom. */
async function expectGone(page: Page, approvalId: string, words: RegExp): Promise<void> {
  await cardOf(page, approvalId).and(page.locator('[data-state=closed]')).waitFor(SOON);
  await cardOf(page, approvalId).getByText(words).waitFor(SOON);
  expect(await cardOf(page, approvalId).locator('[data-answer]').count()).toBe(0);
  await waitForCount(page, 0);
  await page.getByRole('button', { name: 'Nothing waiting' }).waitFor(SOON);
  expect(await page.getByRole('link', { name: 'Inbox' }).textContent()).toBe('Inbox');
  expect(await page.getByText('Asking 1').count()).toBe(0);
  expect(await waitingInInbox(page, approvalId).count()).toBe(0);
}

type Answer = (approvalId: string, file: string) => Promise<void>;

describe('a question in two windows and on two terminals', () => {
  it('is gone everywhere as soon as it is answered, by click, by key, from a terminal, in the other window', async () => {
    const { page, place } = product;
    const inbox = await product.openWindow();
    await inbox.getByRole('link', { name: 'Inbox' }).click();
    const watch = place.openTerminal(['approvals', 'watch']);
    await watch.see('Waiting for questions');
    const ways: readonly (readonly [string, Answer, RegExp])[] = [
      [
        'page',
        async () => page.getByRole('button', { name: /^Allow once/ }).click(),
        /Allowed once.*by you in a window/,
      ],
      ['page', async () => page.keyboard.press('a'), /Allowed once.*by you in a window/],
      [
        'cli',
        async (id) => expect((await place.run(['approvals', 'allow', id])).status).toBe(0),
        /Allowed once.*by you on the command line/,
      ],
      ['page', async () => inbox.keyboard.press('r'), /Rejected.*by you in a window/],
    ];
    for (const [place_, [by, answer, words]] of ways.entries()) {
      const file = `way-${place_}.txt`;
      const running = ask(file);
      const [id, other] = await Promise.all([openQuestion(page), openQuestion(inbox)]);
      expect(other).toBe(id);
      await watch.see(`Your answer to ${id}`);
      expect(await waitingInInbox(inbox, id).count()).toBe(1);
      await answer(id, file);
      await Promise.all([expectGone(page, id, words), expectGone(inbox, id, words)]);
      const outcome = place_ === 3 ? 'rejected' : 'allowed (once)';
      await watch.see(`${id}: ${outcome} by ${by}`);
      await running;
      expect(existsSync(join(place.folder, file))).toBe(place_ !== 3);
      const late = await place.run(['approvals', 'reject', id]);
      expect(late.stderr).toContain(`already answered: ${place_ === 3 ? 'rejected' : 'allowed'} by ${by}`);
    }
    expect([...(await countDecisions(place)).values()]).toEqual([1, 1, 1, 1]);
    expect(product.problems).toEqual([]);
  });
});

describe('an answer that comes too late', () => {
  it('is told who was first, and changes nothing', async () => {
    const { page, place } = product;
    let pipe: CuttablePipe | undefined;
    const tab = await product.openWindow(async (opened) => {
      pipe = await makePipeCuttable(opened);
    });
    const running = ask('late.txt');
    const [id] = await Promise.all([openQuestion(page), openQuestion(tab)]);
    pipe?.setDeaf(true);
    expect((await place.run(['approvals', 'reject', id, '--feedback', 'was first'])).status).toBe(0);
    await seeSettled(page, id);
    expect(await cardOf(tab, id).getAttribute('data-state')).toBe('open');
    await tab.keyboard.press('a');
    await cardOf(tab, id).getByText('Allowing…').waitFor(SOON);
    await running;
    pipe?.setDeaf(false);
    await expectGone(tab, id, /Your answer came too late\. ?Rejected.*by you on the command line/);
    expect(existsSync(join(place.folder, 'late.txt'))).toBe(false);
    expect((await countDecisions(place)).get(id)).toBe(1);
    expect(product.problems).toEqual([]);
  });
});
