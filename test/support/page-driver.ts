import type { ChildProcess } from 'node:child_process';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { findChromium } from '../../build/find-chromium.mjs';
import { type CliPlace, createCliPlace } from './terminal.ts';

export const CHROMIUM_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const START_MS = 30_000;

/** The product in a browser: a home of its own, `sallyport serve`, and Chromium on the address that it prints. */
export interface ProductPage {
  readonly place: CliPlace;
  readonly context: BrowserContext;
  readonly page: Page;
  /** As printed, with the token; good for one sign-in. */
  readonly url: string;
  readonly serve: ChildProcess;
  /** Everything that the page's console or the browser complained of. */
  readonly problems: readonly string[];
  /** Requests to anything but the product itself. */
  readonly foreignRequests: readonly string[];
  /** Another tab of the same browser: it is signed in already. */
  openTab(): Promise<Page>;
  /**
   * Another window of the same browser, signed in already and drawn at full speed, which a tab behind another one is
   * not. `prepare` is called before the page is loaded into it.
   */
  openWindow(prepare?: (page: Page) => Promise<void>): Promise<Page>;
  close(): Promise<void>;
}

/** A browser without a window. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('neither Chromium nor Chrome is here: apt install chromium');
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS, headless: true });
}

/** The address that `sallyport serve` prints on its first line. */
export function readServeUrl(serve: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`serve printed no address: ${said}`)), START_MS);
    const take = (text: string): void => {
      said += text;
      const url = said.match(/http:\/\/\S+#token=\S+/)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    serve.stdout?.setEncoding('utf8').on('data', take);
    serve.stderr?.setEncoding('utf8').on('data', take);
  });
}

export interface ProductPageOptions {
  /** A browser that others use too, and that stays open; one of its own without it. */
  readonly browser?: Browser;
  readonly place?: CliPlace;
  readonly size?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** For a tool that brings scripts of its own; never to see whether something works. */
  readonly bypassCSP?: boolean;
  readonly serveWords?: readonly string[];
  /** What was started already, instead of `sallyport serve`; it belongs to `place`. */
  readonly started?: ChildProcess;
}

export async function openProductPage(options: ProductPageOptions = {}): Promise<ProductPage> {
  const place = options.place ?? createCliPlace();
  const serve = options.started ?? place.start(['serve', '--no-open', ...(options.serveWords ?? [])]);
  const url = await readServeUrl(serve);
  const browser = options.browser ?? (await launchChromium());
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
    bypassCSP: options.bypassCSP ?? false,
  });
  const problems: string[] = [];
  const foreignRequests: string[] = [];
  const { host } = new URL(url);
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol !== 'data:' && target.host !== host) foreignRequests.push(request.url());
  });
  const page = await context.newPage();
  await page.goto(url);
  return {
    place,
    context,
    page,
    url,
    serve,
    problems,
    foreignRequests,
    openTab: async () => {
      const tab = await context.newPage();
      await tab.goto(url.replace(/#.*/, ''));
      return tab;
    },
    openWindow: async (prepare) => {
      const opened = context.waitForEvent('page');
      await page.evaluate(() => {
        window.open('about:blank', '_blank', 'popup,noopener,width=1280,height=800');
      });
      const other = await opened;
      await prepare?.(other);
      await other.goto(url.replace(/#.*/, ''));
      return other;
    },
    close: async () => {
      await (options.browser === undefined ? browser : context).close();
      await place.close();
    },
  };
}
