import type { Page } from 'playwright';
import type { ProductPage } from '../support/page-driver.ts';
import { installPageClock } from './page-clock.ts';

/** Another address of the running engine, with a token that nobody has used. */
export async function openAddress({ place }: ProductPage): Promise<string> {
  const { stdout, stderr } = await place.run(['--no-open']);
  const url = stdout.match(/http:\/\/\S+#token=\S+/)?.[0];
  if (url === undefined) throw new Error(`no address: ${stdout}${stderr}`);
  return url;
}

/** A visit by a browser that has never been here; `use` gets its only tab. */
export async function visit<T>(product: ProductPage, use: (page: Page) => Promise<T>): Promise<T> {
  const browser = product.context.browser();
  if (browser === null) throw new Error('the browser has gone');
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await installPageClock(page);
    return await use(page);
  } finally {
    await context.close();
  }
}
