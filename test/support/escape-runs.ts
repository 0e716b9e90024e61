import { spawn } from 'node:child_process';
import { constants, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, EscapeCase } from '../../src/cli/escape-test/index.ts';
import type { HelperPaths } from '../../src/engine/sandbox/index.ts';
import { giveTo, makeUserFolder, shareHelpers, type TestUser } from './as-user.ts';
import { findDriver, PROGRAM } from './program.ts';

export interface EscapeSpec {
  readonly uid: number;
  readonly gid: number;
  readonly ids: readonly string[];
  readonly isWalled: boolean;
  readonly parent: string;
  readonly node: string;
  readonly launcher: readonly string[];
  readonly helpers: HelperPaths;
  readonly limitMs: number;
}

/** The results of the cases by id, run by the user, behind the wall or without one. */
export async function runEscapes(
  user: TestUser,
  cases: readonly EscapeCase[],
  isWalled: boolean,
): Promise<ReadonlyMap<string, CaseResult>> {
  const folder = makeUserFolder(user);
  try {
    const helpers = shareHelpers(folder.path);
    // Of this run's own: the clone may lie where the user, or what runs behind the wall, cannot look.
    const node = join(folder.path, 'node');
    copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
    const parent = join(folder.path, 'cases');
    mkdirSync(parent);
    giveTo(user, parent);
    const spec: EscapeSpec = {
      uid: user.uid,
      gid: user.gid,
      ids: cases.map(({ id }) => id),
      isWalled,
      parent,
      node,
      launcher: [process.execPath, PROGRAM],
      helpers,
      limitMs: 60_000,
    };
    const rows = (await tellLines(spec)).map((line) => JSON.parse(line) as CaseResult);
    return new Map(rows.map((row) => [row.id, row]));
  } finally {
    folder.remove();
  }
}

async function tellLines(spec: EscapeSpec): Promise<string[]> {
  const child = spawn(process.execPath, [findDriver('escape-driver'), JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let words = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    words += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`The driver ended with ${code}: ${words.slice(-2000)}`);
  return text.split('\n').filter((line) => line !== '');
}
