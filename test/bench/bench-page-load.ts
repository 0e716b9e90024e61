import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright';
import type { ProductPage } from '../support/page-driver.ts';
import { type BenchRow, median } from './measure.ts';
import { whenPainted } from './page-clock.ts';
import { openAddress, visit } from './page-visit.ts';

const ROUNDS = 5;
const KB = 1000;
/** The first screen of a new home can be used when the example can be started. */
const USABLE = 'section[aria-labelledby=door-example] button:not([disabled])';

/** Ms from the navigation to the frame with this in it. */
async function timeNavigation(page: Page, url: string, shown: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  const painted = await whenPainted(page, shown);
  return painted - (await page.evaluate(() => performance.timeOrigin));
}

/** Bytes of the scripts that the first screen needs, each compressed by itself. */
async function weighScripts(product: ProductPage): Promise<number> {
  const url = await openAddress(product);
  return await visit(product, async (page) => {
    const scripts: Response[] = [];
    page.on('response', (response) => {
      if (/\.js$/.test(new URL(response.url()).pathname)) scripts.push(response);
    });
    await timeNavigation(page, url, USABLE);
    const bodies = await Promise.all(scripts.map((script) => script.body()));
    return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
  });
}

/** What the first screen weighs, and how soon it can be used. */
export async function benchPageLoad(product: ProductPage): Promise<BenchRow[]> {
  const weight = await weighScripts(product);
  const times: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const url = await openAddress(product);
    const nothing = new URL('/nothing', url).href;
    empty.push(await visit(product, (page) => timeNavigation(page, nothing, 'body')));
    times.push(await visit(product, (page) => timeNavigation(page, url, USABLE)));
  }
  const value = median(times);
  const baseline = { name: 'a page of one line from the same host', value: median(empty) };
  return [
    {
      name: 'page: scripts of the first screen, gzipped',
      value: weight / KB,
      unit: 'kB',
      aim: 'at most 350 kB',
    },
    {
      name: `page: address with token to usable, p50 of ${ROUNDS}`,
      value,
      unit: 'ms',
      baseline,
      ratio: value / baseline.value,
      aim: 'at most 1,200 ms',
    },
  ];
}
