/**
 * Placeholders: Linux can keep a name from being made only by mounting over something, so protected folders that do not
 * exist are made, empty, while a sandbox runs.
 *
 * Promises: they are removed when the last session of that root ends, by a process that outlives this one by at most two
 * seconds, and only while they are still empty; a placeholder that another session uses stays.
 * Without the shared lock, the clean-up of a short session would take the mount points of a long one away.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { waitForChild } from '../base/index.ts';
import { collectStderr, readJsonLines } from './helper-output.ts';
import { findHelpers } from './helper-paths.ts';

export interface Janitor {
  /** Locked in shared mode by every sandbox that relies on the placeholders. */
  readonly stateFile: string;
  /** Placeholders that are there now, made by this session or another. */
  readonly placeholders: readonly string[];
  /** Settles when the helper has ended, by `close` or because somebody has ended it. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** It has ended, and not by itself. */
  wasKilled(): boolean;
  /** Lets go; the helper then removes what nobody uses. Waits until it has. */
  close(): Promise<void>;
}

/**
 * Makes the missing folders under the lock of `stateFile`. Folders that the person may not make are skipped: then the
 * sandboxed program may not either.
 * @throws Fault `host` when the helper fails.
 */
export async function startJanitor(
  program: string,
  stateFile: string,
  folders: readonly string[],
): Promise<Janitor> {
  const child = spawn(program, ['--state', stateFile, ...folders], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: {},
    cwd: '/',
  });
  const ended = waitForChild(child);
  const stderr = collectStderr(child.stderr);
  const ready = Promise.withResolvers<readonly string[]>();
  readJsonLines(child.stdout, {
    receive: ({ type, created, present }) => {
      if (type === 'ready' && isTexts(created) && isTexts(present))
        ready.resolve([...new Set([...created, ...present])]);
      else child.kill('SIGKILL');
    },
    malformed: () => child.kill('SIGKILL'),
  });
  child.stdin.on('error', () => undefined);
  void ended.then((outcome) => {
    const how = outcome.kind === 'failed' ? outcome.message : stderr() || 'it ended without a word';
    const message = `Missing protected folders could not be guarded: ${how}`;
    ready.reject(new Fault({ kind: 'host', code: 'janitor-failed', message, hint: 'Nothing was run.' }));
  });
  const placeholders = await ready.promise;
  const close = async (): Promise<void> => {
    // A last word: every launch has ended, there is nothing to wait for.
    child.stdin.end('end\n');
    await ended;
  };
  return {
    stateFile,
    placeholders,
    ended: ended.then(() => undefined),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    wasKilled: () => child.signalCode !== null,
    close,
  };
}

/** A file name that no other root has; longer ones are hashed. Loading the hash costs a bare run 10 ms. */
function fileNameFor(root: string): string {
  const name = Buffer.from(root).toString('base64url');
  if (name.length <= 200) return name;
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(root).digest('hex');
}

/** The state file of a root, in a folder that is made when missing. */
export function placeholderStateFile(sallyportHome: string, root: string): string {
  const folder = placeholderFolder(sallyportHome);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${fileNameFor(root)}.state`);
}

/**
 * Removes placeholders that a crash or a power loss left behind. Call once at the start of an engine.
 * @param program path of the helper
 */
export async function sweepPlaceholders(
  sallyportHome: string,
  program = findHelpers().janitor,
): Promise<void> {
  const folder = placeholderFolder(sallyportHome);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const child = spawn(program, ['--sweep', folder], { stdio: 'ignore', env: {}, cwd: '/' });
  await waitForChild(child);
}

/** Not in the runtime folder: that is often memory, and would forget the placeholders when the power fails. */
function placeholderFolder(sallyportHome: string): string {
  return join(sallyportHome, 'run', 'placeholders');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
