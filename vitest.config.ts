import { defineConfig } from 'vitest/config';

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

/** The kinds that start the program: its bundle is made once, before them. */
const STARTS_PROGRAM = new Set(['real', 'journey', 'soak', 'agents']);

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    passWithNoTests: true,
    projects: Object.entries(KINDS).map(([name, include], groupOrder) => ({
      extends: true,
      // kinds run one after another, so that sandboxes do not starve what comes with a time limit
      test: {
        ...{ name, include: [include], sequence: { groupOrder } },
        ...(STARTS_PROGRAM.has(name) && { globalSetup: 'test/support/bundle-program.ts' }),
      },
    })),
  },
});
