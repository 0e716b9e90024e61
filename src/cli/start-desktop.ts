import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showLine } from '../timeline/index.ts';
import { fetchElectron, readFetchFailure } from './fetch-electron.ts';
import { type ElectronPackage, findElectron } from './find-electron.ts';
import { hasDisplay } from './has-display.ts';

/** The desktop app ran and has ended, or why it cannot run here. */
export type DesktopOutcome =
  | { readonly status: number; readonly reason: undefined }
  | { readonly status: undefined; readonly reason: string };

/** Who fails this quickly never showed a window. */
const QUICK_MS = 10_000;
const RETRY_HINT = '`sallyport --try-electron` tries again';

/** The folder of the product: two above any file of the bundle, and of this source. */
const APP_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

const cannot = (reason: string): DesktopOutcome => ({ status: undefined, reason });

/**
 * Opens the desktop app and waits for its end, where there is a display and Electron. Electron is downloaded at the
 * first start, once: a failure is remembered, and only looked at again with `mayRetry`.
 */
export async function startDesktop(mayRetry: boolean): Promise<DesktopOutcome> {
  if (!hasDisplay()) return cannot('there is no display');
  // Chromium refuses to run without its own sandbox, and root can have none
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return cannot('Electron does not run as root');
  const electron = findElectron();
  if (electron === undefined || !existsSync(join(APP_FOLDER, 'out', 'main', 'index.js'))) {
    return cannot('the desktop app is not part of this build');
  }
  const found = await obtain(electron, mayRetry);
  return 'program' in found ? await runApp(found.program) : cannot(found.reason);
}

async function obtain(
  electron: ElectronPackage,
  mayRetry: boolean,
): Promise<{ readonly program: string } | { readonly reason: string }> {
  if (electron.program !== undefined) return { program: electron.program };
  const earlier = mayRetry ? undefined : readFetchFailure(electron);
  if (earlier !== undefined) {
    return { reason: `Electron could not be downloaded (${showLine(earlier, 100)}); ${RETRY_HINT}` };
  }
  process.stderr.write(`sallyport: downloading Electron ${electron.version} (once, at most two minutes)\n`);
  const failure = await fetchElectron(electron);
  if (failure !== undefined)
    return { reason: `Electron could not be downloaded (${showLine(failure, 100)})` };
  const program = findElectron()?.program;
  return program === undefined
    ? { reason: 'Electron was downloaded, but its program is missing' }
    : { program };
}

function runApp(program: string): Promise<DesktopOutcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, [APP_FOLDER], { stdio: 'inherit' });
    // Ctrl-C reaches the app from the terminal itself
    const wait = (): void => {};
    process.on('SIGINT', wait);
    const pass = (): void => void child.kill('SIGTERM');
    process.on('SIGTERM', pass);
    const finish = (outcome: DesktopOutcome): void => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(outcome);
    };
    child.on('error', (error) => finish(cannot(`Electron does not start: ${error.message}`)));
    child.on('close', (status, signal) => {
      const hasFailed = status !== 0 && performance.now() - startedAt < QUICK_MS && signal !== 'SIGTERM';
      if (hasFailed) finish(cannot(`Electron ended at once (${signal ?? `status ${status}`})`));
      else finish({ status: status ?? 1, reason: undefined });
    });
  });
}
