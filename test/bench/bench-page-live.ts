import type { Page } from 'playwright';
import { findEngine } from '../../src/cli/connect-engine.ts';
import type { EngineClient } from '../../src/client/index.ts';
import type { SessionId } from '../../src/protocol/index.ts';
import { findFolders } from '../../src/server/index.ts';
import type { ProductPage } from '../support/page-driver.ts';
import { type BenchRow, median, quantile } from './measure.ts';
import {
  installPageClock,
  measureEmptyFrames,
  noteInput,
  readInputTime,
  readRowDelays,
  startNotingRows,
  whenPainted,
} from './page-clock.ts';
import { openAddress, visit } from './page-visit.ts';

/** Programs of the quick session; each is a row. */
const PROGRAMS = 300;
const ANSWERS = 20;
const WAIT_MS = 60_000;
/** From a new card to a key that counts, with room for a slow machine. */
const READ_MS = 700;
/** Until the next question may be there. */
const NEXT_MS = 200;

const OPEN_CARD = '[data-approval][data-state=open]';
const TIMELINE = '[role=grid][aria-label=Timeline]';

interface LivePage {
  readonly page: Page;
  readonly client: EngineClient;
  /** The folder that sessions work in. */
  readonly folder: string;
}

/** A session of this script, shown by the page from its first row on. */
async function startSession(live: LivePage, text: string, askForApproval?: 'untrusted'): Promise<SessionId> {
  const { client, folder, page } = live;
  const { sessionId } = await client.call('session/start', {
    ...{ folder, kind: 'script', text, addDirs: [] },
    ...(askForApproval !== undefined && { askForApproval }),
  });
  await page.evaluate((hash) => location.assign(hash), `#/session/${sessionId}`);
  await page.locator(`${TIMELINE} [data-position] time`).first().waitFor();
  return sessionId;
}

/** Ms from each event to the frame with its row, while this loop runs. */
async function timeRows(live: LivePage, body: string): Promise<readonly number[]> {
  const { page, client } = live;
  // time for the page to be there
  const sessionId = await startSession(
    live,
    `sleep 1; for ((i = 0; i < ${PROGRAMS}; i++)); do ${body}; done`,
  );
  await startNotingRows(page);
  const deadline = Date.now() + WAIT_MS;
  const count = async (): Promise<number> => {
    const { counts } = await client.call('session/rows', { sessionId, filter: {}, limit: 1 });
    return counts.commands;
  };
  while ((await count()) < PROGRAMS && Date.now() < deadline) await page.waitForTimeout(200);
  await page.waitForTimeout(500);
  return await readRowDelays(page);
}

/** Opens the card of what waits; the next question may still be on its way. */
async function openOldest(tab: Page): Promise<void> {
  const card = tab.locator(OPEN_CARD);
  await tab.locator('[data-position]').first().waitFor();
  const deadline = Date.now() + WAIT_MS;
  while ((await card.count()) === 0 && Date.now() < deadline) {
    await tab.keyboard.press('Control+j');
    await card.waitFor({ timeout: NEXT_MS }).catch(() => undefined);
  }
}

/** Ms from the key in one window to the frame without the question in the other. */
async function timeAnswer(page: Page, other: Page, card: string): Promise<number> {
  let hasGone = false;
  const gone = whenPainted(other, card, false).finally(() => {
    hasGone = true;
  });
  while (!hasGone) {
    // a card that showed itself has no focus
    await page.keyboard.press('Control+j');
    // a key that came while the card was still being drawn does not count, and the next one does
    await noteInput(page, 'keydown');
    await page.keyboard.press('r');
    await Promise.race([gone, page.waitForTimeout(READ_MS)]);
  }
  return (await gone) - (await readInputTime(page));
}

/** The same for many questions, one after another. */
async function timeAnswers(live: LivePage, other: Page): Promise<readonly number[]> {
  const { page } = live;
  const script = `for ((i = 0; i < ${ANSWERS}; i++)); do mkdir "made-$i"; done`;
  const sessionId = await startSession(live, script, 'untrusted');
  await other.evaluate((hash) => location.assign(hash), `#/session/${sessionId}`);
  const delays: number[] = [];
  for (let round = 0; round < ANSWERS; round += 1) {
    for (const tab of [other, page]) await openOldest(tab);
    await page.waitForTimeout(READ_MS);
    const approvalId = await page.locator(OPEN_CARD).getAttribute('data-approval');
    delays.push(await timeAnswer(page, other, `[data-approval="${approvalId}"][data-state=open]`));
  }
  return delays;
}

function rowsOf(name: string, delays: readonly number[], frame: readonly number[]): BenchRow[] {
  const baseline = { name: 'a frame of its own', value: quantile(frame, 0.95) };
  const what = `event to painted row, ${name} (n ${delays.length})`;
  return [
    { name: `${what}, p50`, value: median(delays), unit: 'ms' },
    { name: `${what}, p95`, value: quantile(delays, 0.95), unit: 'ms', baseline, aim: 'at most 50 ms' },
  ];
}

/** How soon a page shows what happens, and what was answered elsewhere. */
export async function benchPageLive(product: ProductPage): Promise<BenchRow[]> {
  const client = await findEngine(findFolders(product.place.env), 'bench');
  if (client === undefined) throw new Error('the engine has gone');
  const { page } = product;
  await installPageClock(page);
  await page.reload();
  const live = { page, client, folder: product.place.folder };
  const frame = await measureEmptyFrames(page);
  const paced = await timeRows(live, 'sleep 0.0$((RANDOM % 6))');
  const rushed = await timeRows(live, '/bin/true');
  // a window of its own: a tab behind another one is drawn once a second
  const url = await openAddress(product);
  const answers = await visit(product, async (other) => {
    await other.goto(url);
    return await timeAnswers(live, other);
  });
  client.close();
  return [
    ...rowsOf('some 30 a second', paced, frame),
    ...rowsOf('as quick as they run', rushed, frame),
    {
      name: `answered by key in one window, gone in another, p95 (n ${answers.length})`,
      value: quantile(answers, 0.95),
      unit: 'ms',
      aim: 'at most 250 ms',
    },
  ];
}
