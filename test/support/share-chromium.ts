import type { Browser } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from './page-driver.ts';

/** One Chromium for the tests of a file, from the first to the last; a context of its own keeps each to itself. */
export function shareChromium(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error('Chromium runs only while tests do');
    return browser;
  };
}
