import { describe, vi } from 'vitest';
import { checkScreens } from '../support/check-screens.ts';
import { shareChromium } from '../support/share-chromium.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const chromium = shareChromium();

describe('axe on every screen, in both themes', () => checkScreens('screens', chromium));
