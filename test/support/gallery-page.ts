import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { StoreApi } from 'zustand/vanilla';
import type { LiveView } from '../../src/client/index.ts';
import type { LocalUi } from '../../src/ui/index.ts';
import { type Gallery, serveGallery } from '../gallery/serve-gallery.ts';
import { launchChromium } from './page-driver.ts';

/** What the gallery shows to a test of the page. */
export type GalleryWindow = Window & {
  gallery: { store: StoreApi<LiveView>; local: StoreApi<LocalUi> };
};

export interface GalleryPage {
  readonly page: Page;
  /** Everything that the page's console or the browser complained of. */
  readonly problems: readonly string[];
}

export interface GallerySize {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

/** Scenes of the gallery in a browser, for the tests of one file; each scene is closed after its test. */
export function openGallery(): (scene: string, hash?: string, size?: GallerySize) => Promise<GalleryPage> {
  let gallery: Gallery;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    [gallery, browser] = await Promise.all([serveGallery(), launchChromium()]);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
  });
  return async (scene, hash = '', { width = 1280, height = 800, theme = 'light' } = {}) => {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    contexts.push(context);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    await page.goto(`${gallery.url}?scene=${scene}${hash}`);
    await page.waitForSelector('main h1');
    return { page, problems };
  };
}

export const openIdOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (window as unknown as GalleryWindow).gallery.local.getState().openApprovalId);

export const countWaiting = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as GalleryWindow).gallery.store.getState().approvals.length);

/** What the focused row asks for. */
export const focusedRow = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.activeElement?.closest('[role=row]')?.querySelector('code')?.textContent ?? null,
  );

export const isCardFocused = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.matches('[data-approval]') === true);
