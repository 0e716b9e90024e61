import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from '../../build/find-chromium.mjs';
import { openProductPage } from '../support/page-driver.ts';
import { benchPageLive } from './bench-page-live.ts';
import { benchPageLoad } from './bench-page-load.ts';
import { benchPageRows } from './bench-page-rows.ts';
import type { BenchRow } from './measure.ts';

const BUILT_PAGE = join(import.meta.dirname, '..', '..', 'out', 'renderer', 'web.html');

/** Why the page cannot be measured here; `undefined`: it can. */
function whyNot(): string | undefined {
  if (findChromium() === undefined) return 'neither Chromium nor Chrome is here';
  return existsSync(BUILT_PAGE) ? undefined : 'the page is not built';
}

/** The real page in a real browser, fed by a real engine. */
export async function benchPage(): Promise<BenchRow[]> {
  const reason = whyNot();
  if (reason !== undefined) {
    process.stdout.write(`The page is left out: ${reason}\n`);
    return [];
  }
  const product = await openProductPage();
  try {
    // the first screen is that of a home without a history: before anything is run in it
    return [...(await benchPageLoad(product)), ...(await benchPageLive(product)), ...(await benchPageRows())];
  } finally {
    await product.close();
  }
}
