import { describe, vi } from 'vitest';
import { checkProduct, checkScreens } from '../support/check-screens.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe('axe on every card, in both themes', () => {
  checkScreens('cards');
  checkProduct();
});
