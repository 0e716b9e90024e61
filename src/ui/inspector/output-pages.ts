import { countThings } from '../../timeline/index.ts';

/** What of a long output is held in the page: a window over it, of a bounded size. */

/** What is asked for at a time, and how much is kept, in bytes of the stored output. */
export const PAGE_BYTES = 64 * 1024;
export const KEPT_BYTES = 1024 * 1024;

/** A piece as the engine sent it. */
export interface OutputPiece {
  readonly text: string;
  readonly offset: number;
}

export interface OutputWindow {
  /** One after the other, without gaps. */
  readonly pieces: readonly OutputPiece[];
  /** Where the window ends. */
  readonly end: number;
  /** Stored bytes altogether. */
  readonly size: number;
  readonly cutBytes: number;
}

export const NO_OUTPUT: OutputWindow = { pieces: [], end: 0, size: 0, cutBytes: 0 };

/** Where the window begins, in bytes. */
export function startOf(window: OutputWindow): number {
  return window.pieces[0]?.offset ?? window.end;
}

interface Reply extends OutputPiece {
  readonly size: number;
  readonly cutBytes: number;
}

/** The window with a page in front of it; what does not fit any more is let go at its end. */
export function withEarlier(window: OutputWindow, reply: Reply): OutputWindow {
  let pieces = [{ text: reply.text, offset: reply.offset }, ...window.pieces];
  let { end } = window;
  while (pieces.length > 1 && end - reply.offset > KEPT_BYTES) {
    end = pieces.at(-1)?.offset ?? end;
    pieces = pieces.slice(0, -1);
  }
  return { pieces, end, size: reply.size, cutBytes: reply.cutBytes };
}

/** The window with a page behind it; what does not fit any more is let go at its start. `end` is where the page ends. */
export function withLater(window: OutputWindow, reply: Reply, end: number): OutputWindow {
  let pieces = [...window.pieces, { text: reply.text, offset: reply.offset }];
  while (pieces.length > 1 && end - (pieces[0]?.offset ?? end) > KEPT_BYTES) pieces = pieces.slice(1);
  return { pieces, end, size: reply.size, cutBytes: reply.cutBytes };
}

/** `1.4 MB`, `64 kB`, `12 bytes`. */
export function byteWords(bytes: number): string {
  if (bytes < 1024) return countThings(bytes, 'byte');
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
