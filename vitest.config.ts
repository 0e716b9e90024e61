import { defineConfig } from 'vitest/config';

/** One project per kind of test, so that a kind can be run alone: `vitest run --project unit`. */
function describeProject(name: string, include: string[]) {
  return { extends: true as const, test: { name, include } };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    passWithNoTests: true,
    projects: [
      describeProject('unit', ['test/unit/**/*.test.ts']),
      describeProject('helpers', ['sandbox-helpers/test/**/*.test.ts']),
      describeProject('real', ['test/real/**/*.test.ts']),
      describeProject('journey', ['test/journey/**/*.test.ts']),
    ],
  },
});
