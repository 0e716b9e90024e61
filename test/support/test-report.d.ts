declare module '*/test-report.mjs' {
  /** What the test runner reports of one file. */
  export interface FileResult {
    readonly passed: string[];
    readonly failed: string[];
    readonly skipped: string[];
    readonly isBroken: boolean;
  }
  /** Puts what a second try of some files gave into the results; returns the failures that passed. */
  export function takeSecondTries(
    results: Map<string, FileResult>,
    second: Map<string, FileResult>,
  ): string[];
}
