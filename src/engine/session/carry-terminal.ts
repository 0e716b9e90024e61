import type { Readable } from 'node:stream';
import type { SandboxTerminal } from '../sandbox/index.ts';

/** What comes in a flow is gathered for its reader: a batch costs as much as some kilobytes in it. */
const BATCH_BYTES = 64 * 1024;
/** Whatever comes so soon after the last batch is a flow, and waits no longer than this for more of it. */
const GATHER_MS = 4;

/** A program is made to wait when this much of what it printed has not been taken. */
const MAX_WAITING_BYTES = 512 * 1024;

export interface TerminalSink {
  /** Called at once with each piece as it comes, while the kernel makes the next one ready. */
  take(bytes: Uint8Array): void;
  /** Called with the same bytes in batches, one after the other; settles when more may come. */
  deliver(bytes: Uint8Array): Promise<void>;
}

/**
 * Carries what a terminal prints in pieces as large as have come meanwhile, one after the other, and what is typed the
 * other way. Nothing is lost; a slow reader slows the program down. `whenEmpty`: all that has come is delivered.
 */
export function carryTerminal(
  terminal: SandboxTerminal,
  stdin: Readable,
  sink: TerminalSink,
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
      await sink.deliver(joinPieces(pieces));
      lastAt = nowMs();
    }
    writing = undefined;
  };
  terminal.onData((bytes) => {
    sink.take(bytes);
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

/** One piece of all of them; without a copy where they lie side by side. */
function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first === undefined) return new Uint8Array();
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}

function nowMs(): number {
  return process.uptime() * 1000;
}
