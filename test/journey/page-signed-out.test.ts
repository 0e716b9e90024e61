import type { BrowserContext, Page } from 'playwright';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { shareChromium } from '../support/share-chromium.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const WAIT = { timeout: 30_000 };

const chromium = shareChromium();
let product: ProductPage;
let stranger: BrowserContext;
let page: Page;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
  const browser = product.context.browser();
  if (browser === null) throw new Error('no browser');
  stranger = await browser.newContext();
  page = await stranger.newPage();
});
afterEach(() => product.close());

it('a page that is not signed in claims nothing, and the command that it names gets it in', async () => {
  await page.goto(product.url.replace(/#.*/, ''));
  await page.getByText('This page is not signed in.').waitFor(WAIT);
  const words = ((await page.locator('body').textContent()) ?? '').replaceAll(/\s+/g, ' ');
  for (const claim of ['Nothing waiting', 'None is open.', 'Waiting for the engine.', '0 waiting']) {
    expect(words).not.toContain(claim);
  }
  await page.getByRole('button', { name: 'What waits is not known' }).waitFor();
  await page.getByRole('main').getByText('sign this page in').waitFor();
  const command = await page.getByRole('main').locator('code').textContent();
  expect(command).toBe('npx sallyport --no-open');
  const { status, stdout } = await product.place.run(command?.split(' ').slice(2) ?? []);
  expect(status).toBe(0);
  await page.goto(stdout.trim());
  await page.reload();
  await page.getByRole('button', { name: 'Nothing waiting' }).waitFor(WAIT);
  await page.getByText('None is open.').waitFor(WAIT);
});

it('the inbox of a page that is not signed in does not say that nothing waits', async () => {
  await page.goto(`${product.url.replace(/#.*/, '')}#/inbox`);
  await page.getByText('What waits is not known').waitFor(WAIT);
  expect(await page.getByText('Nothing is waiting.').count()).toBe(0);
});
