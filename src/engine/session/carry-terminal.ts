import type { Readable } from 'node:stream';
import type { SandboxTerminal } from '../sandbox/index.ts';

/** What comes in a flow is gathered: a batch costs as much as some kilobytes in it, and the kernel hands out four. */
const BATCH_BYTES = 64 * 1024;
/** Whatever comes so soon after the last batch is a flow, and waits no longer than this for more of it. */
const GATHER_MS = 4;

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
  let onEnough: () => void = () => undefined;
  const gather = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      onEnough = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  let lastAt = -GATHER_MS;
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (nowMs() - lastAt < GATHER_MS && waitingBytes < BATCH_BYTES) await gather();
      const pieces = waiting;
      waiting = [];
      waitingBytes = 0;
      if (isPaused) terminal.resume();
      isPaused = false;
      await write(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
      lastAt = nowMs();
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
    if (waitingBytes >= BATCH_BYTES) onEnough();
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

function nowMs(): number {
  return process.uptime() * 1000;
}
