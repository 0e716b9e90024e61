import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digestSources } from '../../build/bundle.mjs';
import { keepBuild } from './keep-build.ts';
import { PROGRAM_VARIABLE } from './program.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Before the tests of a run: the bundle of the sources as they are now, in 2 s. */
export async function setup(): Promise<void> {
  const folder = await keepBuild('program', digestSources(), bundleInto);
  process.env[PROGRAM_VARIABLE] = join(folder, 'cli/main.js');
}

function bundleInto(folder: string): void {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const words = ['build', '--config', 'vite.node.config.ts', '--outDir', folder, '--logLevel', 'error'];
  const { VITEST: _runner, NODE_ENV: _test, ...env } = process.env;
  execFileSync(process.execPath, [vite, ...words], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  symlinkSync(join(ROOT, 'out/renderer'), join(folder, 'renderer'));
  // tests start it as other users too
  if (process.platform !== 'win32') execFileSync('chmod', ['-R', 'a+rX', folder]);
}
