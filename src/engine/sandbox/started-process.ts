import type { ChildProcess } from 'node:child_process';
import { type ChildOutcome, waitForChild } from '../base/index.ts';
import { keepUnread } from './keep-unread.ts';
import type { SandboxProcess, SandboxTerminal } from './sandbox.ts';

/** A started process, whichever way its streams go. */
export interface StartedProcess {
  readonly pid: number;
  readonly finished: Promise<ChildOutcome>;
  readonly pipes: SandboxProcess['pipes'];
  readonly terminal: SandboxTerminal | null;
}

/** Takes a child over in the same turn as its spawn. With pipes it counts as finished once they are read to the end. */
export function takeChild(child: ChildProcess): StartedProcess {
  const { stdin, stdout, stderr } = child;
  const hasPipes = stdin !== null && stdout !== null && stderr !== null;
  const finished = waitForChild(child, hasPipes ? 'closed' : 'ended');
  // A program that does not read its input is no fault of ours.
  stdin?.on('error', () => undefined);
  const pipes = hasPipes ? { stdin, stdout: keepUnread(stdout), stderr: keepUnread(stderr) } : null;
  return { pid: child.pid ?? 0, finished, pipes, terminal: null };
}

/** Sends it signals until it has ended: after that its number may be another process's. */
export function signalUntilEnded({
  pid,
  finished,
}: Pick<StartedProcess, 'pid' | 'finished'>): (signal: NodeJS.Signals) => void {
  let hasEnded = false;
  void finished.then(() => {
    hasEnded = true;
  });
  return (signal) => {
    if (hasEnded || pid === 0) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It ended a moment ago.
    }
  };
}
