import { readFileSync, readSync } from 'node:fs';
import type { IPty } from 'node-pty';

/** What is read before others get their turn: it takes about two milliseconds. */
const STROKE_BYTES = 128 * 1024;
/** What is handed out at once: the kernel brings on a little of what comes next while this is dealt with. */
const HANDFUL_BYTES = 24 * 1024;
/** What the kernel hands out at once, where it has been filled up again meanwhile. */
const PIECE_BYTES = 8 * 1024;
/** Pieces are cut from blocks of this size; what is kept of a piece keeps its block. */
const BLOCK_BYTES = 2 * STROKE_BYTES;
/** Less is somebody typing, or the end of something: looking for more would only cost. */
const LEAST_OF_FLOW = 1024;
const NOT_BLOCKING = 0o4000;

/**
 * Reads on where node-pty has read one piece of a flow. The kernel hands out 4 KiB of a terminal at once at most, and a
 * turn of the event loop for each costs far more than the read itself. Returns what takes node-pty's piece and hands
 * out that and all that lies ready behind it, in order, some pieces at once. Only on Linux; elsewhere there is
 * node-pty's piece alone.
 */
export function readInStrokes(pty: IPty, take: (bytes: Uint8Array) => void): (first: Uint8Array) => void {
  // neither is in its types; without them the terminal works as node-pty means it to
  const socket: unknown = Reflect.get(pty, '_socket');
  const fd: unknown = Reflect.get(pty, 'fd');
  const { ReadStream } = process.getBuiltinModule('node:tty');
  if (!(socket instanceof ReadStream) || typeof fd !== 'number') return take;
  // what the stream still has in hand comes before what the kernel has; and the number of a closed one is another's
  const isNext = (): boolean => !socket.isPaused() && socket.readableLength === 0 && !socket.destroyed;
  const blocks = new PieceBlocks();
  let mayRead: boolean | undefined;
  return (first) => {
    const isFlow = first.length >= LEAST_OF_FLOW && first.length <= PIECE_BYTES;
    if (isFlow) mayRead ??= neverBlocks(fd);
    if (!isFlow || mayRead !== true || !isNext()) return take(first);
    blocks.copy(first);
    let isMore = true;
    for (let sum = 0; isMore && sum < STROKE_BYTES && isNext(); ) {
      isMore = blocks.readUpTo(HANDFUL_BYTES, fd);
      const handful = blocks.cut();
      sum += handful.length;
      if (handful.length > 0) take(handful);
    }
  };
}

/** Memory for pieces: those that follow on each other lie side by side, so that joining them costs nothing. */
class PieceBlocks {
  #block = Buffer.allocUnsafeSlow(0);
  /** What lies before has been handed out. */
  #start = 0;
  #end = 0;

  copy(bytes: Uint8Array): void {
    this.#makeRoom();
    this.#block.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** False where there is nothing more at present, or the terminal has ended, which its stream finds out by itself. */
  readUpTo(most: number, fd: number): boolean {
    this.#makeRoom();
    try {
      while (this.#end - this.#start < most) {
        const count = readSync(fd, this.#block, this.#end, PIECE_BYTES, null);
        if (count === 0) return false;
        this.#end += count;
      }
      return true;
    } catch {
      return false;
    }
  }

  /** What has come since this was last asked. */
  cut(): Uint8Array {
    const start = this.#start;
    this.#start = this.#end;
    return this.#block.subarray(start, this.#end);
  }

  /** For a handful. */
  #makeRoom(): void {
    const isEmpty = this.#start === this.#end;
    if (!isEmpty || this.#block.length - this.#end >= HANDFUL_BYTES + 2 * PIECE_BYTES) return;
    this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#start = 0;
    this.#end = 0;
  }
}

/** A read that waits would stop the whole engine. */
function neverBlocks(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & NOT_BLOCKING) !== 0;
  } catch {
    return false;
  }
}
