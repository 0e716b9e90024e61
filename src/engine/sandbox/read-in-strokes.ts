import { readFileSync, readSync } from 'node:fs';
import type { IPty } from 'node-pty';

/** What is read before others get their turn: it takes about two milliseconds. */
const STROKE_BYTES = 128 * 1024;
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
 * out that and all that lies ready behind it, in order, each piece before the next is read: the kernel brings the next
 * one while this one is dealt with. Only on Linux; elsewhere there is node-pty's piece alone.
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
    if (!isFlow || mayRead !== true) return take(first);
    take(blocks.copy(first));
    for (let sum = first.length; sum < STROKE_BYTES && isNext(); ) {
      const piece = blocks.read(fd);
      if (piece.length === 0) return;
      sum += piece.length;
      take(piece);
    }
  };
}

/** Memory for pieces: those that follow on each other lie side by side, so that joining them costs nothing. */
class PieceBlocks {
  #block = Buffer.allocUnsafeSlow(0);
  #used = 0;

  copy(bytes: Uint8Array): Uint8Array {
    this.#makeRoom();
    this.#block.set(bytes, this.#used);
    return this.#cut(bytes.length);
  }

  /** What there is; nothing where there is none at present, or the terminal has ended: that its stream finds out. */
  read(fd: number): Uint8Array {
    this.#makeRoom();
    try {
      return this.#cut(readSync(fd, this.#block, this.#used, PIECE_BYTES, null));
    } catch {
      return this.#cut(0);
    }
  }

  #cut(length: number): Uint8Array {
    this.#used += length;
    return this.#block.subarray(this.#used - length, this.#used);
  }

  #makeRoom(): void {
    if (this.#block.length - this.#used >= PIECE_BYTES) return;
    this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#used = 0;
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
