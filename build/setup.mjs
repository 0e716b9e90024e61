// Everything between a fresh clone and a product that runs: system packages, npm packages, native helpers,
// bundles, and a link so that `npx sallyport` finds this checkout. Each part leaves a stamp that is a digest of
// what it was made from, so a second run only reads. Loads under Node 20 with nothing installed.
//
// Usage: node build/setup.mjs [--for-tests]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundles } from './bundle.mjs';
import { EXIT_MISSING, requireNode, root, runProgram } from './own-node.mjs';
import { requireSystemPackages } from './system-packages.mjs';

const at = (...names) => join(root, ...names);

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** What node_modules must have been made from: the lock, and the machine for which natives were compiled. */
function digestLock() {
  const hash = createHash('sha256').update(readFileSync(at('package-lock.json')));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Whether node_modules, filled by a person's own npm, is just what the lock asks for. */
function isInstalledByHand() {
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  const wanted = readJson(at('package-lock.json'))?.packages;
  if (installed === undefined || wanted === undefined) return false;
  const isRight = ([path, entry]) =>
    path === '' || (path in installed ? installed[path].version === entry.version : entry.optional === true);
  return Object.entries(wanted).every(isRight) && isTerminalBuilt();
}

/** Whether node-pty has its native part; npm may be configured to skip install scripts and then says nothing. */
function isTerminalBuilt() {
  const folder = at('node_modules', 'node-pty');
  const prebuilt = join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
  return existsSync(join(folder, 'build', 'Release', 'pty.node')) || existsSync(prebuilt);
}

/**
 * Native parts are compiled with the headers that come with our own Node, where its package has them: nothing is
 * downloaded for it then. What a person has configured counts first.
 */
function headersOfOwnNode() {
  if (process.platform !== 'linux') return {};
  return { npm_config_nodedir: at('node_modules', `node-linux-${process.arch}`) };
}

/** Runs npm with the npm that started us, which also works where npm is a batch file. */
function runNpm(argv) {
  const own = process.env.npm_execpath;
  const isScript = own !== undefined && /npm-cli\.c?js$/.test(own);
  const [program, before] = isScript ? [process.execPath, [own]] : ['npm', []];
  const shell = !isScript && process.platform === 'win32';
  const env = { ...headersOfOwnNode(), ...process.env };
  return spawnSync(program, [...before, ...argv], { stdio: 'inherit', cwd: root, shell, env }).status === 0;
}

/** Installs the npm packages when node_modules is missing or was made from another lock. */
function installPackages() {
  const stamp = at('node_modules', '.sallyport-install');
  const digest = digestLock();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  if (!isInstalledByHand()) {
    process.stderr.write('set-up: npm ci (about a minute)\n');
    const isDone = runNpm(['ci', '--loglevel=error', '--no-audit', '--no-fund']);
    if (!isDone || !isTerminalBuilt()) {
      process.stderr.write(
        'sallyport: npm ci did not succeed: see above, then run the same command again.\n',
      );
      process.exit(EXIT_MISSING);
    }
  }
  writeFileSync(stamp, digest);
}

/** Puts the launcher where `npx sallyport` looks first, so that it starts this checkout and downloads nothing. */
function linkLauncher() {
  const folder = at('node_modules', '.bin');
  if (process.platform === 'win32') {
    const script = '@node "%~dp0\\..\\..\\build\\bin\\sallyport.mjs" %*\r\n';
    writeFileSync(join(folder, 'sallyport.cmd'), script);
    return;
  }
  const link = join(folder, 'sallyport');
  const target = '../../build/bin/sallyport';
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink && readlinkSync(link) === target) return;
  rmSync(link, { force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(target, link);
}

/** Compiles the native helpers when their sources are newer; their own builder knows. */
async function buildHelpers() {
  const builder = at('sandbox-helpers', 'build.mjs');
  if (!existsSync(builder)) return;
  const status = await runProgram(requireNode(), [builder]);
  if (status !== 0) process.exit(status);
}

/**
 * Brings the checkout up to date; ends the process with status 3 and a way out where that cannot be done.
 * @param {{ isForTests?: boolean, needsMachine?: boolean }} [purpose] `needsMachine: false` leaves out all that is
 *   only needed to run commands in a sandbox
 */
export async function setUp({ isForTests = false, needsMachine = true } = {}) {
  if (needsMachine) requireSystemPackages({ isForTests });
  installPackages();
  linkLauncher();
  if (!needsMachine) return;
  await buildHelpers();
  const status = await buildBundles();
  if (status !== 0) process.exit(status);
}

// npm and people may name the script through a link
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await setUp({ isForTests: process.argv.includes('--for-tests') });
}
