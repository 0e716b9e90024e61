import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { digestFolders, keepBuild } from '../../../test/support/keep-build.ts';
import { compileObject, listWindowsSources } from '../../build-windows.mjs';
import { canRun, compiler, nameObject, OBJECTS_VARIABLE } from './windows-programs.ts';

const HELPERS = resolve(import.meta.dirname, '../..');

/**
 * Before the tests of the native helpers: the sources of the one for Windows are compiled once, and each test program
 * is linked with those that it wants. Compiled for each program they take ten times as long as the tests.
 */
export async function setup(): Promise<void> {
  if (!canRun) return;
  const folders = ['common', 'windows'].map((name) => join(HELPERS, name));
  const digest = digestFolders(folders, readFileSync(join(HELPERS, 'build-windows.mjs'), 'utf8'));
  process.env[OBJECTS_VARIABLE] = await keepBuild('windows-objects', digest, compileAll);
}

async function compileAll(folder: string): Promise<void> {
  const rest = [...listWindowsSources()];
  const work = async (): Promise<void> => {
    for (let source = rest.pop(); source !== undefined; source = rest.pop()) {
      await compileObject(compiler ?? '', source, join(folder, nameObject(source)));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}
