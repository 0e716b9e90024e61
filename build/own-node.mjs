// Which Node runs what. Everything in build/ must load under Node 20, the oldest that may start it;
// everything else needs Node 22 (better-sqlite3 crashes the process below it), so work is handed to the
// Node that comes with node_modules, or to the running one when that is new enough.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout or of the unpacked product. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_MAJOR = 22;

/** The exit status that says: something is missing on this machine, and the text above says how to get it. */
export const EXIT_MISSING = 3;

/** Whether the running Node is new enough for the product. */
export function isNewNode() {
  return Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR;
}

/** The Node that came with node_modules, or undefined on a platform for which the registry has none. */
export function findOwnNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = [
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}/bin`,
    '.bin',
  ];
  return folders.map((folder) => join(root, 'node_modules', folder, name)).find((path) => existsSync(path));
}

/** The Node for product, tests and tools; ends the process with status 3 when there is none. */
export function requireNode() {
  if (isNewNode()) return process.execPath;
  const own = findOwnNode();
  if (own !== undefined) return own;
  process.stderr.write(
    `sallyport: this is Node ${process.versions.node}, and Node ${OLDEST_MAJOR} or newer is needed.\n` +
      'Get one from https://nodejs.org (or: nvm install 24), then run the same command again.\n',
  );
  process.exit(EXIT_MISSING);
}

/**
 * Runs a program on this terminal and waits for it. Signals go on to the child, which decides.
 * @param {string} program
 * @param {string[]} argv
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit status; 128 + n when signal n ended it, 127 when it could not start
 */
export function runProgram(program, argv, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, argv, { stdio: 'inherit', cwd: root, ...options });
    // Ctrl-C reaches the child from the terminal itself; only a signal sent to us alone must be passed on
    const onInterrupt = () => {};
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    const finish = (status) => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      resolve(status);
    };
    child.on('error', (error) => {
      process.stderr.write(`sallyport: cannot start ${program}: ${error.message}\n`);
      finish(127);
    });
    child.on('close', (status, signal) =>
      finish(status ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)),
    );
  });
}

/**
 * Goes on in a new enough Node when the running one is old: resolves to undefined when nothing is to be done,
 * else to the exit status of the same script run there.
 * @param {string} script
 * @param {string[]} argv
 */
export async function continueInOwnNode(script, argv) {
  if (isNewNode()) return undefined;
  return await runProgram(requireNode(), [script, ...argv]);
}
