import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gallery, serveGallery } from '../gallery/serve-gallery.ts';
import { fuzzCards } from '../support/card-fuzz.ts';
import { openCards } from '../support/card-page.ts';
import { launchChromium } from '../support/page-driver.ts';

let gallery: Gallery;
let browser: Browser;

beforeAll(async () => {
  gallery = await serveGallery();
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await gallery?.close();
});

test('random keys and presses answer nothing that nobody answered', async () => {
  const runs = await Promise.all(
    [11, 12].map(async (seed) => {
      const own = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
      });
      const result = await fuzzCards(await openCards(own, gallery.url, 'card-session'), { seed, count: 500 });
      await own.close();
      return result;
    }),
  );
  for (const { problems, counted, ignored } of runs) {
    expect(problems).toEqual([]);
    expect(counted).toBeGreaterThan(1);
    expect(ignored).toBeGreaterThan(15);
  }
}, 120_000);
