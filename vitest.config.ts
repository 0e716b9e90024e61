import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** The kinds of tests, quick ones first; a kind runs alone with `vitest run --project unit`. */
const KINDS = {
  unit: 'test/unit/**/*.test.ts',
  helpers: 'sandbox-helpers/test/**/*.test.ts',
  real: 'test/real/**/*.test.ts',
  journey: 'test/journey/**/*.test.ts',
  electron: 'test/electron/**/*.test.ts',
  // takes minutes: by `npm run test:soak`, not in the full run
  soak: 'test/soak/**/*.test.ts',
  // downloads real agents: by `npm run test:agents`, not in the full run
  agents: 'test/agents/**/*.test.ts',
};

/** What a kind uses is built once, before it. */
const PROGRAM = 'test/support/bundle-program.ts';
const GALLERY = 'test/support/bundle-gallery.ts';
const BUILDS: Readonly<Record<string, string[]>> = {
  helpers: ['sandbox-helpers/test/support/compile-windows-objects.ts'],
  real: [PROGRAM],
  journey: [PROGRAM, GALLERY],
  soak: [PROGRAM, GALLERY],
  agents: [PROGRAM],
};

/**
 * How many files of a kind run at once, on two processors: those that start programs wait much, for a program, for a
 * page or for time to pass, and another goes on meanwhile.
 */
const WORKERS: Readonly<Record<string, number>> = { real: 3, journey: 3 };

/** How long a test of programs and pages may take on a busy machine, in ms: a limit against hanging, and no promise. */
const PATIENCE_MS = 60_000;
const PATIENT = ['real', 'journey', 'helpers'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 20_000 } },
    passWithNoTests: true,
    projects: Object.entries(KINDS).map(([name, include], groupOrder) => ({
      extends: true,
      // kinds run one after another, so that sandboxes do not starve what comes with a time limit
      test: {
        ...{ name, include: [include], sequence: { groupOrder } },
        globalSetup: BUILDS[name] ?? [],
        maxWorkers: WORKERS[name] ?? 2,
        ...(PATIENT.includes(name) && { testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS }),
      },
    })),
  },
});
