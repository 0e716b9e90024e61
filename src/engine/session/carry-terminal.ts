import type { Readable } from 'node:stream';
import type { SandboxTerminal } from '../sandbox/index.ts';

/** A program is made to wait when this much of what it printed has not been taken. */
const MAX_WAITING_BYTES = 512 * 1024;

/**
 * Carries what a terminal prints in pieces as large as have come meanwhile, one after the other, and what is typed the
 * other way. Nothing is lost; a slow reader slows the program down. `whenEmpty`: all that has come is written.
 */
export function carryTerminal(
  terminal: SandboxTerminal,
  stdin: Readable,
  write: (bytes: Uint8Array) => Promise<void>,
): { whenEmpty(): Promise<void>; disconnect(): void } {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let isPaused = false;
  let writing: Promise<void> | undefined;
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const pieces = waiting;
      waiting = [];
      waitingBytes = 0;
      if (isPaused) terminal.resume();
      isPaused = false;
      await write(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
    }
    writing = undefined;
  };
  terminal.onData((bytes) => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes > MAX_WAITING_BYTES && !isPaused) {
      isPaused = true;
      terminal.pause();
    }
    writing ??= writeAll();
  });
  const type = (bytes: Uint8Array): void => terminal.write(bytes);
  stdin.on('data', type);
  return {
    whenEmpty: async () => {
      while (writing !== undefined) await writing;
    },
    disconnect: () => {
      stdin.off('data', type);
      stdin.pause();
    },
  };
}
