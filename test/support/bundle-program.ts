import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { digestSources } from '../../build/bundle.mjs';
import { PROGRAM_VARIABLE } from './program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Below the package: that is where the program looks for helpers and presets. */
const FOLDER = join(ROOT, 'node_modules/.cache/program');
/** Bundles of other sources that no run can be using any more are thrown away. */
const KEPT_MS = 6 * 3_600_000;

/** Before the tests of a run: bundles the sources as they are now, 2 s, unless an earlier run has done so. */
export function setup(): void {
  const digest = digestSources();
  const built = join(FOLDER, digest);
  if (!existsSync(built)) bundleInto(built);
  const now = new Date();
  utimesSync(built, now, now);
  for (const name of readdirSync(FOLDER)) {
    const path = join(FOLDER, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime();
    if (changed < now.getTime() - KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
  process.env[PROGRAM_VARIABLE] = join(built, 'cli/main.js');
}

/** Seen by others when it is whole; of two runs that make it at once the second throws its own away. */
function bundleInto(built: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const made = mkdtempSync(join(FOLDER, 'new-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const words = ['build', '--config', 'vite.node.config.ts', '--outDir', made, '--logLevel', 'error'];
  const { VITEST: _runner, NODE_ENV: _test, ...env } = process.env;
  execFileSync(process.execPath, [vite, ...words], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  symlinkSync(join(ROOT, 'out/renderer'), join(made, 'renderer'));
  // tests start it as other users too
  if (process.platform !== 'win32') execFileSync('chmod', ['-R', 'a+rX', made]);
  try {
    renameSync(made, built);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(built)) throw error;
  }
}
