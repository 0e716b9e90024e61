import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** How a child process ended. */
export type ChildOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  /** It never started; `code` is the errno name, e.g. `ENOENT`. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/**
 * Waits until the child has ended; with `closed` also until its output pipes are read to the end. Never rejects. Call it
 * in the same turn as the spawn, or a failed start is an uncaught error event.
 */
export function waitForChild(
  child: ChildProcess,
  until: 'ended' | 'closed' = 'ended',
): Promise<ChildOutcome> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ kind: 'failed', code: error.code ?? 'UNKNOWN', message: error.message });
    });
    child.once(until === 'ended' ? 'exit' : 'close', (code: number | null, signal: NodeJS.Signals | null) => {
      if (signal !== null) resolve({ kind: 'signalled', signal });
      else resolve({ kind: 'exited', code: code ?? 0 });
    });
  });
}

/** The exit status a shell would show: the code, 128 + n for a signal, 125 when it never started. */
export function exitStatusOf(outcome: ChildOutcome): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code;
    case 'signalled':
      return 128 + constants.signals[outcome.signal];
    case 'failed':
      return 125;
  }
}
