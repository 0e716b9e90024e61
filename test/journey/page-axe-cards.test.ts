import { describe, vi } from 'vitest';
import { checkProduct, checkScreens } from '../support/check-screens.ts';
import { shareChromium } from '../support/share-chromium.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const chromium = shareChromium();

describe('axe on every card, in both themes', () => {
  checkScreens('cards', chromium);
  checkProduct(chromium);
});
