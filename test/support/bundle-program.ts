import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digestWith, keepBuild } from './keep-build.ts';
import { PROGRAM_VARIABLE } from './program.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Before the tests of a run: the bundle of the sources and of their drivers as they are now, in 3 s. */
export async function setup(): Promise<void> {
  const folder = await keepBuild('program', digestWith(import.meta.dirname), bundleInto);
  process.env[PROGRAM_VARIABLE] = join(folder, 'cli/main.js');
}

const DRIVERS = ['busy-driver', 'crash-driver', 'escape-driver', 'exec-driver', 'sandbox-driver'];

async function bundleInto(folder: string): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const words = ['build', '--config', 'vite.node.config.ts', '--outDir', folder, '--logLevel', 'error'];
  const { VITEST: _runner, NODE_ENV: _test, ...env } = process.env;
  execFileSync(process.execPath, [vite, ...words], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      ...{ ssr: true, target: 'node22', outDir: folder, emptyOutDir: false, minify: false },
      rolldownOptions: {
        input: Object.fromEntries(DRIVERS.map((name) => [name, join(import.meta.dirname, `${name}.ts`)])),
        output: { entryFileNames: 'drivers/[name].js', chunkFileNames: 'driver-chunks/[name].js' },
      },
    },
    ssr: { noExternal: true, external: ['better-sqlite3', 'node-pty'] },
  });
  symlinkSync(join(ROOT, 'out/renderer'), join(folder, 'renderer'));
  // tests start it as other users too
  if (process.platform !== 'win32') execFileSync('chmod', ['-R', 'a+rX', folder]);
}
