import { chooseSandbox } from '../../engine/sandbox/index.ts';
import { type CaseResult, FAMILIES, type Family } from './escape-case.ts';
import { isBad } from './judge-case.ts';
import { listCases } from './list-cases.ts';
import { renderResults } from './print-results.ts';
import { runCases } from './run-cases.ts';

export interface EscapeTestOptions {
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly families: readonly Family[];
}

/** The family of that name, or nothing. */
export function findFamily(name: string): Family | undefined {
  return FAMILIES.find((family) => family === name);
}

/**
 * Tries the wall of this machine and prints what came of it: 0 when everything is as it should be, 1 when not.
 * @throws Fault `host` when this platform has no wall
 */
export async function runEscapeTest(options: EscapeTestOptions): Promise<number> {
  // Says why not, where there is none at all.
  chooseSandbox('workspace-write');
  const cases = listCases(options);
  const main = process.argv[1] ?? '';
  const isWatched = process.stderr.isTTY;
  const show = (result: CaseResult, done: number): void => {
    if (options.isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
    if (isWatched) process.stderr.write(`\r\u001b[K${done} of ${cases.length} ${result.family}`);
  };
  const results = await runCases(cases, {
    node: process.execPath,
    launcher: [process.execPath, ...process.execArgv, main],
    isWalled: true,
    onResult: show,
  });
  if (isWatched) process.stderr.write('\r\u001b[K');
  if (!options.isJson) process.stdout.write(renderResults(results));
  return results.some(({ verdict }) => isBad(verdict)) ? 1 : 0;
}
