import { describe, vi } from 'vitest';
import { checkScreens } from '../support/check-screens.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe('axe on every screen, in both themes', () => checkScreens('screens'));
