import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { openProductPage } from '../support/page-driver.ts';
import { createCliPlace } from '../support/terminal.ts';
import { type BenchRow, median } from './measure.ts';
import { installPageClock, noteInput, readInputTime, whenPainted } from './page-clock.ts';
import { type FrameTimes, measurePageFrames } from './page-frames.ts';
import type { LongHistory } from './page-history.ts';

const run = promisify(execFile);
const ROWS = 100_000;
const ROUNDS = 5;
const PLAN = { frames: 600, step: 180, jumpEvery: 50 };
const STILL = { frames: 200, step: 0, jumpEvery: Number.MAX_SAFE_INTEGER };
const TIMELINE = '[role=grid][aria-label=Timeline]';
const MIB = 1024 * 1024;

/** Ms from a click to the frame that shows what was asked for. */
async function timeClick(page: Page, target: string, shown: string): Promise<number> {
  await noteInput(page, 'click');
  const painted = whenPainted(page, shown);
  await page.locator(target).first().click();
  return (await painted) - (await readInputTime(page));
}

interface Clicks {
  readonly first: number;
  readonly again: number;
  readonly filter: number;
}

async function timeClicks(page: Page, { sessionId, rows }: LongHistory): Promise<Clicks> {
  const link = `nav a[href="#/session/${sessionId}"]`;
  const anyRow = `${TIMELINE} [data-position] time`;
  const open: number[] = [];
  const filter: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    open.push(await timeClick(page, link, anyRow));
    const fewer = `${TIMELINE}:not([aria-rowcount="${rows}"]) [data-position] time`;
    const chip = ['Commands', 'Approvals'][round % 2] ?? '';
    filter.push(await timeClick(page, `search [role=radio]:has-text("${chip}")`, fewer));
    await page.locator('search [role=radio]:has-text("All")').click();
    await page.locator(`${TIMELINE}[aria-rowcount="${rows}"]`).waitFor();
    await page.locator('nav a[href="#/welcome"]').click();
    await page.locator(TIMELINE).waitFor({ state: 'detached' });
  }
  const [first = Number.NaN, ...others] = open;
  return { first, again: median(others), filter: median(filter) };
}

async function readPageHeap(page: Page): Promise<number> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('HeapProfiler.collectGarbage');
  const { usedSize } = await debug.send('Runtime.getHeapUsage');
  await debug.detach();
  return usedSize / MIB;
}

function frameRows(frames: FrameTimes, still: FrameTimes): BenchRow[] {
  const name = `${ROWS.toLocaleString('en')} rows scrolled in the page, ${PLAN.frames} frames`;
  const baseline = { name: 'the same page at rest', value: still.p95 };
  return [
    { name: `${name}, p95`, value: frames.p95, unit: 'ms', baseline, aim: 'at most 16.8 ms' },
    { name: `${name}: tasks of 50 ms and more`, value: frames.longTasks, unit: '', aim: 'none' },
  ];
}

/** A session of a hundred thousand rows in the engine and in the page. */
export async function benchPageRows(): Promise<BenchRow[]> {
  const place = createCliPlace();
  mkdirSync(place.home, { mode: 0o700 });
  const script = join(import.meta.dirname, 'page-history.ts');
  const words = ['--expose-gc', script, join(place.home, 'history.sqlite'), String(ROWS)];
  const { stdout } = await run(process.execPath, words);
  const long: LongHistory = JSON.parse(stdout);
  const product = await openProductPage({ place });
  try {
    const { page } = product;
    await installPageClock(page);
    await page.reload();
    await page.evaluate(() => location.assign('#/welcome'));
    const before = await readPageHeap(page);
    const clicks = await timeClicks(page, long);
    await page.locator(`nav a[href="#/session/${long.sessionId}"]`).click();
    await page.locator(`${TIMELINE} [data-position] time`).first().waitFor();
    const still = await measurePageFrames(page, STILL);
    const frames = await measurePageFrames(page, PLAN);
    const heap = await readPageHeap(page);
    return [
      ...frameRows(frames, still),
      {
        name: 'click on that session to its first rows',
        value: clicks.again,
        unit: 'ms',
        aim: 'at most 200 ms',
      },
      { name: 'the same, the first time since the engine began', value: clicks.first, unit: 'ms' },
      { name: 'filter of it to its first page', value: clicks.filter, unit: 'ms', aim: 'at most 100 ms' },
      {
        name: `engine: its rows read from ${long.events.toLocaleString('en')} events`,
        value: long.openMs,
        unit: 'ms',
      },
      { name: 'engine: longest time without an answer meanwhile', value: long.longestMs, unit: 'ms' },
      { name: 'engine: heap of its rows', value: long.heapMiB, unit: 'MiB' },
      {
        name: 'page: heap when it was scrolled through',
        value: heap,
        unit: 'MiB',
        baseline: { name: 'before it was opened', value: before },
      },
    ];
  } finally {
    await product.close();
  }
}
