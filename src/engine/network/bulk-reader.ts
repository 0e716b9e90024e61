import type { OnReadOpts, Socket } from 'node:net';

/** Several times what a stream reads at once by itself: with each piece goes the cost of a turn of the event loop. */
const PIECE_BYTES = 256 * 1024;

/** Reads a socket, which must be paused before it is connected, in large pieces straight into another. */
export interface BulkReader {
  /** To be given to `connect`. Nothing is read by streams then, and nothing at all before `attach`. */
  readonly onread: OnReadOpts;
  /** From now on everything that `from` says goes to `to`, no faster than that takes it; its end too. */
  attach(from: Socket, to: Socket): void;
}

export function createBulkReader(): BulkReader {
  const free: Buffer[] = [];
  let sink: Socket | null = null;
  const callback = (count: number, piece: Uint8Array): boolean => {
    const buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    return sink?.write(buffer.subarray(0, count), () => free.push(buffer)) ?? false;
  };
  return {
    onread: { buffer: () => free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES), callback },
    attach(from, to) {
      sink = to;
      to.on('drain', () => from.resume());
      from.once('end', () => to.end());
      from.resume();
    },
  };
}
