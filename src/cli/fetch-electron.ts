import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ElectronPackage } from './find-electron.ts';

/** How long the download may take. */
const LIMIT_MS = 120_000;
const MAX_KEPT_CHARS = 4000;

/** Beside the packages, so that a new installation tries again. */
function stampPath(electron: ElectronPackage): string {
  return join(dirname(electron.folder), '.cache', 'sallyport-electron.json');
}

/** Why the last try failed, or `undefined` when there was none for this version. */
export function readFetchFailure(electron: ElectronPackage): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(stampPath(electron), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    if (Reflect.get(value, 'version') !== electron.version) return undefined;
    const reason: unknown = Reflect.get(value, 'reason');
    return typeof reason === 'string' ? reason : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the package's own download. Resolves to why it failed, which is written down if it can be, or to `undefined`. */
export async function fetchElectron(
  electron: ElectronPackage,
  limitMs: number = LIMIT_MS,
): Promise<string | undefined> {
  const reason = await runInstaller(join(electron.folder, 'install.js'), limitMs);
  if (reason === undefined) return undefined;
  try {
    const stamp = stampPath(electron);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, `${JSON.stringify({ version: electron.version, reason })}\n`);
  } catch {
    // an installation of somebody else's: the next start tries again
  }
  return reason;
}

function runInstaller(script: string, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, MAX_KEPT_CHARS);
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    const finish = (reason: string | undefined): void => {
      clearTimeout(timer);
      resolve(reason);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (status) => {
      if (isLate) finish(`the download took longer than ${limitMs / 1000} s`);
      else finish(status === 0 ? undefined : firstWords(said));
    });
  });
}

/** What went wrong, without the stack behind it. */
function firstWords(said: string): string {
  const line = said.split('\n').find((part) => part.trim() !== '') ?? 'the download ended without a word';
  return line.trim().slice(0, 200);
}
