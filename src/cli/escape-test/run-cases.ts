import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CaseResult, EscapeCase } from './escape-case.ts';
import { runCase } from './run-case.ts';
import type { RunOptions } from './start-payload.ts';

export interface RunAllOptions extends Omit<RunOptions, 'parent' | 'limitMs'> {
  /** At once; 2 without. */
  readonly atOnce?: number;
  /** Where the places are made; a folder of the system for temporary files without one. */
  readonly parent?: string;
  readonly limitMs?: number;
  onResult?(result: CaseResult, done: number): void;
}

const LIMIT_MS = 20_000;

/**
 * Runs the cases, a few at a time, each in a place of its own, and gives the results in the order of the cases. Nothing
 * is left on the disk.
 */
export async function runCases(cases: readonly EscapeCase[], options: RunAllOptions): Promise<CaseResult[]> {
  const parent = options.parent ?? makeParent();
  const results = new Map<EscapeCase, CaseResult>();
  const queue = [...cases];
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const result = await runCase(one, { ...options, parent, limitMs: options.limitMs ?? LIMIT_MS });
      results.set(one, result);
      options.onResult?.(result, results.size);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.atOnce ?? 2 }, work));
  } finally {
    if (options.parent === undefined) rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
  }
  return cases.flatMap((one) => results.get(one) ?? []);
}

/** Not /tmp, which a sandbox replaces: nothing that a payload aims at would be there. */
function makeParent(): string {
  for (const folder of ['/var/tmp', homedir()]) {
    try {
      const parent = mkdtempSync(join(folder, 'sallyport-escape-'));
      chmodSync(parent, 0o755);
      return parent;
    } catch {
      // The next one may be writable.
    }
  }
  throw new Error('no folder for the cases can be made in /var/tmp or the home folder');
}
