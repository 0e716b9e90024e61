// Builds out/ (terminal product, page and desktop shell as plain JavaScript) when a source is not what it was at the
// last build.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { requireNode, root, runProgram } from './own-node.mjs';

const OUT = join(root, 'out');
const STAMP = join(OUT, '.stamp');
/** Which bundler builds by which configuration. */
const BUILDS = [
  { tool: ['vite', 'bin', 'vite.js'], config: 'vite.node.config.ts' },
  { tool: ['vite', 'bin', 'vite.js'], config: 'vite.quick.config.ts' },
  { tool: ['electron-vite', 'bin', 'electron-vite.js'], config: 'electron.vite.config.ts' },
];
/** What out/ is built into; dist and test results live beside them and are left alone. */
const BUILT = ['cli', 'engine', 'chunks', 'desktop', 'main', 'preload', 'quick', 'renderer'];
/** So long after the last change the sources count as saved. */
const SETTLED_MS = 100;

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

/**
 * A digest of every file the bundles are made from; contents, for a checkout may set times as it likes.
 * @returns {string}
 */
export function digestSources() {
  const hash = createHash('sha256');
  const names = ['package.json', 'package-lock.json', ...BUILDS.map(({ config }) => config)];
  const files = names.map((name) => join(root, name));
  for (const file of [...files, ...listFiles(join(root, 'src')).sort()]) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Each in a process of its own: they run at the same time. */
function runBuild({ tool, config }) {
  const program = join(root, 'node_modules', ...tool);
  return runProgram(requireNode(), [program, 'build', '--config', config, '--logLevel', 'warn']);
}

/**
 * Builds the bundles unless they are up to date. Files of the last build are replaced one by one and leftovers
 * removed at the end, so that an engine still running from them finds the parts it loads later.
 * @returns {Promise<number>} the exit status of a bundler, 0 when there was nothing to do
 */
export async function buildBundles() {
  if (!existsSync(join(root, 'src', 'cli', 'main.ts'))) return 0;
  const digest = digestSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return 0;
  process.stderr.write('set-up: building\n');
  const startedAt = Date.now();
  mkdirSync(dirname(STAMP), { recursive: true });
  rmSync(STAMP, { force: true });
  const statuses = await Promise.all(BUILDS.map(runBuild));
  const status = statuses.find((each) => each !== 0);
  if (status !== undefined) return status;
  for (const file of BUILT.flatMap((name) => listFiles(join(OUT, name)))) {
    // file times are coarser than the clock on some file systems
    if (statSync(file).mtimeMs < startedAt - 2000) rmSync(file);
  }
  writeFileSync(STAMP, digest);
  return 0;
}

/** Builds again after every change of a source, until the process is ended. */
export async function watchBundles() {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<unknown>} */
  let building = Promise.resolve();
  const build = () => {
    // a file may vanish while it is read: the change that removed it is told next
    building = building.then(buildBundles).catch((error) => process.stderr.write(`dev: ${String(error)}\n`));
  };
  watch(join(root, 'src'), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(build, SETTLED_MS);
  });
  process.stderr.write('dev: watching src/ (Ctrl-C ends it)\n');
  return await new Promise(() => {});
}
