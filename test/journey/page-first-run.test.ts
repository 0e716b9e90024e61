import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cardOf, readCard, seeSettled, tabTo, waitingRow } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { shareChromium } from '../support/share-chromium.ts';
import { createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const chromium = shareChromium();
let product: ProductPage;
let folders: string[];

/** What the example made: its folder stands on the card, the file outside in the question about it. */
async function readMade(page: Page): Promise<{ project: string; outsideFile: string }> {
  const project = await cardOf(page)
    .locator('p > code')
    .getByText(/^\/\S+\/sallyport-demo-\w{6}$/)
    .textContent();
  const asked = (await cardOf(page).locator('[data-payload]').textContent()) ?? '';
  const outsideFile = /(\/\S+\/notes\.txt)/.exec(asked)?.[1] ?? '';
  folders.push(project ?? '', dirname(outsideFile));
  return { project: project ?? '', outsideFile };
}

/** How one question after the other is opened and answered. */
interface Hand {
  start(page: Page): Promise<void>;
  open(page: Page, question: string): Promise<void>;
  allow(page: Page): Promise<void>;
  rejectWithReason(page: Page): Promise<void>;
  reject(page: Page): Promise<void>;
  allowForSession(page: Page): Promise<void>;
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

const MOUSE: Hand = {
  start: (page) => button(page, 'Start the example').click(),
  open: async (page, question) => {
    await waitingRow(page, question).waitFor();
    // the card of the first one is there by itself
    if (!question.startsWith('tr ')) await button(page, 'Next waiting').click();
  },
  allow: (page) => button(page, /^Allow once/).click(),
  rejectWithReason: async (page) => {
    await button(page, /^Reject with feedback/).click();
    await readCard(page);
    await button(page, 'Keep these files').click();
    await readCard(page);
    await cardOf(page)
      .getByRole('button', { name: /^Reject/ })
      .click();
  },
  reject: (page) =>
    cardOf(page)
      .getByRole('button', { name: /^Reject R?$|^Reject$/ })
      .click(),
  allowForSession: async (page) => {
    await button(page, /^Allow for…/).click();
    await readCard(page);
    await cardOf(page).getByRole('radio', { name: 'session' }).click();
    await readCard(page);
    await button(page, /^Allow for session/).click();
  },
};

const KEYS: Hand = {
  start: async (page) => {
    await tabTo(page, 'Start the example');
    await page.keyboard.press('Enter');
  },
  open: async (page, question) => {
    await waitingRow(page, question).waitFor();
    // a row may be there a moment before the question that the key leads to
    await page.waitForFunction(() => document.title === '(1) Sallyport');
    await page.keyboard.press('Control+j');
  },
  allow: (page) => page.keyboard.press('a'),
  rejectWithReason: async (page) => {
    await page.keyboard.press('f');
    await readCard(page);
    await tabTo(page, 'Keep these files', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await readCard(page);
    await page.keyboard.press('Control+Enter');
  },
  reject: (page) => page.keyboard.press('r'),
  allowForSession: async (page) => {
    await page.keyboard.press('s');
    await readCard(page);
    await tabTo(page, /^step/);
    for (let step = 0; step < 2; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await readCard(page);
    await page.keyboard.press('Control+Enter');
  },
};

/** The example from the first page to its end; gives what it made. */
async function walk(page: Page, hand: Hand): Promise<{ project: string; outsideFile: string }> {
  await button(page, 'Start the example').and(page.locator(':enabled')).waitFor();
  await hand.start(page);
  const answers = [
    ['tr a-z', 'Allow it once', hand.allow],
    ['rm -rf dist', 'Reject it, with a word of feedback', hand.rejectWithReason],
    ['awk', 'Allow it once, and see what happens', hand.allow],
    ['.git/hooks/pre-commit', 'Reject it.', hand.reject],
    ['cp GREETING.txt', 'Allow for…', hand.allowForSession],
  ] as const;
  let made = { project: '', outsideFile: '' };
  for (const [question, advice, answer] of answers) {
    await hand.open(page, question);
    await page.getByLabel('The example').getByText(advice).waitFor();
    const id = await readCard(page);
    if (question.startsWith('cp')) made = await readMade(page);
    await answer(page);
    await seeSettled(page, id);
  }
  await page.getByText('That was the example.').waitFor();
  return made;
}

/** What the demo promises, as it is on disk, in the history and on the page. */
async function expectWalked(made: { project: string; outsideFile: string }): Promise<void> {
  const { page, place } = product;
  const { project, outsideFile } = made;
  expect(readFileSync(join(project, 'GREETING.txt'), 'utf8')).toBe('HELLO\n');
  expect(existsSync(join(project, 'dist', 'keep-me.txt'))).toBe(true);
  expect(existsSync(join(project, '.git', 'hooks', 'pre-commit'))).toBe(false);
  expect(readFileSync(outsideFile, 'utf8')).toBe('HELLO\n');
  expect(await page.title()).toBe('Sallyport');
  await page.getByText('None is open.').waitFor();
  const { stdout } = await place.run(['history', 'list', '--json']);
  const session: { state: string; sessionId: string; approvals: number } = JSON.parse(stdout.trim());
  expect(session).toMatchObject({ state: 'closed', approvals: 5 });
  const shown = await place.run(['history', 'show', session.sessionId]);
  expect(shown.stdout).toContain(': Keep these files');
  expect(shown.stdout).toContain('grant-');
  expect((await place.run(['history', 'verify'])).status).toBe(0);
  expect(product.problems).toEqual([]);
  expect(product.foreignRequests).toEqual([]);
}

describe('the first run in a window', () => {
  beforeEach(async () => {
    folders = [];
    product = await openProductPage({ browser: chromium() });
  });
  afterEach(async () => {
    await product.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('shows the example, which is walked to its end with the mouse only', async () => {
    expect(new URL(product.url).hostname).toMatch(/^sp-[a-z0-9]+\.localhost$/);
    await expectWalked(await walk(product.page, MOUSE));
  });

  it('shows the example, which is walked to its end with keys only', async () => {
    await expectWalked(await walk(product.page, KEYS));
  });
});

describe('the program without words', () => {
  it('prints the address of the page, and in one line why it is not the desktop app', async () => {
    const place = createCliPlace();
    const started = place.start([]);
    let said = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    product = await openProductPage({ browser: chromium(), place, started });
    await button(product.page, 'Start the example').waitFor();
    expect(said.split('\n')[0]).toBe(
      'sallyport: the page in a browser, not the desktop app: there is no display',
    );
    expect(product.problems).toEqual([]);
    await product.close();
  });
});
