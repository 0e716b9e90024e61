/** Parts of what a run printed, as it is stored: masked, and with a gap in the middle where it was very long. */
import type Database from 'better-sqlite3';
import type { CheckedParams, MethodResult, OutputTail } from '../../protocol/index.ts';
import type { OutputStream } from './writer-messages.ts';

const MAX_TAIL_LINES = 3;
const MAX_LINE_CHARS = 400;
/** Bytes of the end in which the last lines are searched. */
const TAIL_BYTES = 8 * 1024;
/** Bytes that follow on the first one of a character. */
const MAX_MORE_BYTES = 3;
const LINE_FEED = 10;

/** Colours and other attributes, and the erasing of a line's rest that goes with them. */
const COLOURS = /\x1b\[[0-9;:]*[mK]/g;

interface Piece {
  readonly offset: number;
  readonly size: number;
  /** Where it begins among the stored bytes. */
  readonly start: number;
}

class StoredStream {
  readonly pieces: readonly Piece[];
  /** Stored bytes. */
  readonly size: number;
  readonly cutBytes: number;
  readonly #read: (offset: number) => Buffer;

  constructor(db: Database.Database, runId: string, stream: OutputStream) {
    const rows = db
      .prepare(
        'SELECT offset, length(bytes) AS size FROM output WHERE runId = ? AND stream = ? ORDER BY offset',
      )
      .all(runId, stream) as { offset: number; size: number }[];
    const bytes = db
      .prepare('SELECT bytes FROM output WHERE runId = ? AND stream = ? AND offset = ?')
      .pluck();
    this.#read = (offset) => bytes.get(runId, stream, offset) as Buffer;
    const pieces: Piece[] = [];
    let size = 0;
    let end = 0;
    for (const row of rows) {
      pieces.push({ ...row, start: size });
      size += row.size;
      end = row.offset + row.size;
    }
    this.pieces = pieces;
    this.size = size;
    this.cutBytes = end - size;
  }

  /** The stored bytes between two places among them. */
  bytes(from: number, to: number): Buffer {
    const wanted = this.pieces.filter((piece) => piece.start < to && piece.start + piece.size > from);
    const whole = Buffer.concat(wanted.map((piece) => this.#read(piece.offset)));
    const start = wanted[0]?.start ?? 0;
    return whole.subarray(Math.max(0, from - start), Math.max(0, to - start));
  }

  countLines(): number {
    let count = 0;
    let isOpen = false;
    for (const { offset } of this.pieces) {
      const bytes = this.#read(offset);
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
      isOpen = bytes.at(-1) !== LINE_FEED;
    }
    return count + (isOpen ? 1 : 0);
  }

  /** The last lines, without colours, and how many there are in all. */
  tail(): { readonly lines: readonly string[]; readonly total: number; readonly isCapped: boolean } {
    const isCapped = this.cutBytes > 0;
    if (this.size === 0) return { lines: [], total: 0, isCapped };
    const from = Math.max(0, this.size - TAIL_BYTES);
    const text = this.bytes(from, this.size)
      .toString('utf8')
      .replace(COLOURS, '')
      .replace(/\r?\n$/, '');
    const lines = text.split('\n').slice(-MAX_TAIL_LINES);
    return {
      lines: lines.map((line) => cutLine(line.replace(/\r$/, ''))),
      total: this.countLines(),
      isCapped,
    };
  }
}

function cutLine(line: string): string {
  return line.length <= MAX_LINE_CHARS ? line : line.slice(0, MAX_LINE_CHARS).toWellFormed();
}

/** The end of what a run printed; that of its errors comes last where it failed. Undefined where it printed nothing. */
export function readOutputTail(
  db: Database.Database,
  runId: string,
  hasFailed: boolean,
): OutputTail | undefined {
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map((stream) =>
    new StoredStream(db, runId, stream).tail(),
  );
  if (stdout === undefined || stderr === undefined) return undefined;
  const total = stdout.total + stderr.total;
  if (total === 0) return undefined;
  const ordered = hasFailed ? [stdout, stderr] : [stderr, stdout];
  const lines = ordered.flatMap((stream) => stream.lines).slice(-MAX_TAIL_LINES);
  const isCapped = stdout.isCapped || stderr.isCapped;
  return { lines, moreLines: total - lines.length, ...(isCapped && { isCapped }) };
}

/** A byte that does not begin a character. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * A part of one stream as text. Characters that begin in the part are in it as a whole, so that parts that follow on
 * each other neither lose nor repeat one.
 */
export function readOutputPart(
  db: Database.Database,
  params: CheckedParams<'run/output'>,
): MethodResult<'run/output'> {
  const { runId, stream, offset, limit } = params;
  const stored = new StoredStream(db, runId, stream);
  const { size, cutBytes } = stored;
  const wanted = Math.min(size, offset < 0 ? Math.max(0, size + offset) : offset);
  const bytes = stored.bytes(wanted, Math.min(size, wanted + limit + MAX_MORE_BYTES));
  let from = 0;
  while (wanted > 0 && from < MAX_MORE_BYTES && isInside(bytes[from])) from += 1;
  let to = Math.min(limit, bytes.length);
  while (to < bytes.length && isInside(bytes[to])) to += 1;
  const text = bytes.subarray(from, Math.max(from, to)).toString('utf8');
  return { text, offset: wanted + from, size, cutBytes };
}
