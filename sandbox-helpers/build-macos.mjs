// Builds what macOS needs into build/helpers/darwin-<arch>/: the tether, the ask helper, and the sections of the profile.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const outDir = join(here, '..', 'build', 'helpers', `darwin-${process.arch}`);
const shared = ['common/fail.c', 'common/json-line.c', 'common/command-line.c', 'common/expect-folder.c'];
const programs = { tether: 'macos/tether.c', ask: 'linux/ask.c' };
const flags = [
  '-std=gnu11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-fstack-protector-strong',
  '-Wl,-dead_strip',
];

/** Compiles beside its place and renames: a running helper keeps its file. Throws when the compiler does not succeed. */
export function buildMacos() {
  mkdirSync(outDir, { recursive: true });
  for (const [name, source] of Object.entries(programs)) {
    const target = join(outDir, name);
    const files = [...shared, source].map((path) => join(here, path));
    const done = spawnSync('cc', [...flags, '-o', `${target}.new`, ...files], { stdio: 'inherit' });
    if (done.status !== 0)
      throw new Error('cc did not succeed: install the tools with `xcode-select --install`');
    renameSync(`${target}.new`, target);
  }
  for (const name of readdirSync(join(here, 'macos')).filter((file) => file.endsWith('.sbpl')))
    copyFileSync(join(here, 'macos', name), join(outDir, name));
}
