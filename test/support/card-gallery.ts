import type { Page } from 'playwright';
import { serveGallery } from '../gallery/serve-gallery.ts';
import { openCards, recordAnswers } from './card-page.ts';
import { launchChromium } from './page-driver.ts';

/** Longer than the guard, with room for a slow machine. */
export const READ_MS = 750;

/** Scenes of the gallery with cards, in a Chromium of their own. */
export interface CardGallery {
  /** In place of the scene before: its answers are written down, and it stands long enough to count as read. */
  open(scene: string, options?: { readonly isRead?: boolean }): Promise<Page>;
  /** Beside all others. Its context is the caller's to close. */
  openBeside(scene: string): Promise<Page>;
  close(): Promise<void>;
}

export async function openCardGallery(): Promise<CardGallery> {
  const gallery = await serveGallery();
  const browser = await launchChromium();
  let shown: Page | undefined;
  const openBeside = async (scene: string): Promise<Page> => {
    const viewport = { width: 1280, height: 800 };
    return openCards(await browser.newContext({ viewport, reducedMotion: 'reduce' }), gallery.url, scene);
  };
  return {
    open: async (scene, { isRead = true } = {}) => {
      await shown?.context().close();
      const page = await openBeside(scene);
      shown = page;
      await recordAnswers(page);
      if (isRead) await page.waitForTimeout(READ_MS);
      return page;
    },
    openBeside,
    close: async () => {
      await browser.close();
      await gallery.close();
    },
  };
}
