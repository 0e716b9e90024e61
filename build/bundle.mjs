// Builds out/ (the terminal product as plain JavaScript) when a source is not what it was at the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireNode, root, runProgram } from './own-node.mjs';

const OUT = join(root, 'out');
const STAMP = join(OUT, '.stamp');
const CONFIG = 'vite.node.config.ts';
/** What out/ is built into; dist and test results live beside them and are left alone. */
const BUILT = ['cli', 'engine', 'chunks'];

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

/** A digest of every file the bundles are made from; contents, for a checkout may set times as it likes. */
function digestSources() {
  const hash = createHash('sha256');
  const files = ['package.json', 'package-lock.json', CONFIG].map((name) => join(root, name));
  for (const file of [...files, ...listFiles(join(root, 'src')).sort()]) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * Builds the bundles unless they are up to date. Files of the last build are replaced one by one and leftovers
 * removed at the end, so that an engine still running from them finds the parts it loads later.
 * @returns {Promise<number>} the exit status of the bundler, 0 when there was nothing to do
 */
export async function buildBundles() {
  if (!existsSync(join(root, 'src', 'cli', 'main.ts'))) return 0;
  const digest = digestSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return 0;
  process.stderr.write('set-up: building\n');
  const startedAt = Date.now();
  mkdirSync(dirname(STAMP), { recursive: true });
  rmSync(STAMP, { force: true });
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const argv = [vite, 'build', '--config', CONFIG, '--logLevel', 'warn'];
  const status = await runProgram(requireNode(), argv);
  if (status !== 0) return status;
  for (const file of BUILT.flatMap((name) => listFiles(join(OUT, name)))) {
    // file times are coarser than the clock on some file systems
    if (statSync(file).mtimeMs < startedAt - 2000) rmSync(file);
  }
  writeFileSync(STAMP, digest);
  return 0;
}
