/**
 * Writes the difference of two texts for people. Promises: bounded work and size; what is cut is counted; the diff is
 * made from what is there and what will be written, never from what was proposed.
 */
const CONTEXT = 3;
/** Lines that may differ before the whole middle is shown as replaced. */
const MAX_DIFFERENT = 400;

export interface ShownDiff {
  readonly patch: string;
  /** Bytes of the diff that are not in it; 0 when it is whole. */
  readonly cutBytes: number;
}

type Mark = ' ' | '-' | '+';
interface Row {
  readonly mark: Mark;
  readonly text: string;
}

/** A unified diff without its two lines of names, at most `maxChars` long, cut between lines. */
export function unifiedDiff(before: string, after: string, maxChars: number): ShownDiff {
  const rows = compareLines(splitKeepingEnds(before), splitKeepingEnds(after));
  let patch = '';
  let cutBytes = 0;
  for (const piece of hunksOf(rows)) {
    if (cutBytes === 0 && patch.length + piece.length <= maxChars) patch += piece;
    else cutBytes += utf8Length(piece);
  }
  return { patch, cutBytes };
}

function splitKeepingEnds(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const whole = lines.map((line) => `${line}\n`);
  return last === '' ? whole : [...whole, last];
}

function compareLines(before: readonly string[], after: readonly string[]): Row[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const middle = diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end));
  const same = (text: string): Row => ({ mark: ' ', text });
  return [...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)];
}

/** Myers' greedy search for the shortest edit, given up where the texts differ too much. */
function diffMiddle(before: readonly string[], after: readonly string[]): Row[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  const most = Math.min(before.length + after.length, MAX_DIFFERENT);
  for (let depth = 0; depth <= most; depth += 1) {
    trace.push(reach);
    const next = new Map<number, number>();
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      let x = furthest(reach, diagonal, depth);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
    reach = next;
  }
  return [
    ...before.map((text): Row => ({ mark: '-', text })),
    ...after.map((text): Row => ({ mark: '+', text })),
  ];
}

function isDown(reach: ReadonlyMap<number, number>, diagonal: number, depth: number): boolean {
  if (diagonal === -depth) return true;
  return diagonal !== depth && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function furthest(reach: ReadonlyMap<number, number>, diagonal: number, depth: number): number {
  if (isDown(reach, diagonal, depth)) return reach.get(diagonal + 1) ?? 0;
  return (reach.get(diagonal - 1) ?? 0) + 1;
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): Row[] {
  const rows: Row[] = [];
  let x = before.length;
  let y = after.length;
  for (let depth = trace.length - 1; depth >= 0; depth -= 1) {
    const reach = trace[depth] ?? new Map<number, number>();
    const diagonal = x - y;
    const from = isDown(reach, diagonal, depth) ? diagonal + 1 : diagonal - 1;
    const startX = reach.get(from) ?? 0;
    const startY = startX - from;
    const same = Math.min(x - startX, y - Math.max(startY, 0));
    // One by one: they can be more than a call takes arguments.
    for (let at = x - 1; at >= x - same; at -= 1) rows.push({ mark: ' ', text: before[at] ?? '' });
    x -= same;
    y -= same;
    if (depth === 0) break;
    if (x === startX) rows.push({ mark: '+', text: after[startY] ?? '' });
    else rows.push({ mark: '-', text: before[startX] ?? '' });
    x = startX;
    y = startY;
  }
  return rows.reverse();
}

/** The rows with three lines around each change, line by line as text. */
function* hunksOf(rows: readonly Row[]): Generator<string> {
  const changed = rows.flatMap((row, index) => (row.mark === ' ' ? [] : [index]));
  let place = 0;
  const line = { old: 1, new: 1 };
  let at = 0;
  while (place < changed.length) {
    const first = Math.max(0, (changed[place] ?? 0) - CONTEXT);
    let last = changed[place] ?? 0;
    while (place < changed.length && (changed[place] ?? 0) <= last + 2 * CONTEXT) {
      last = changed[place] ?? last;
      place += 1;
    }
    const end = Math.min(rows.length, last + CONTEXT + 1);
    count(rows.slice(at, first), line);
    yield headOf(rows.slice(first, end), line);
    for (const row of rows.slice(first, end)) yield showRow(row);
    count(rows.slice(first, end), line);
    at = end;
  }
}

function count(rows: readonly Row[], line: { old: number; new: number }): void {
  for (const { mark } of rows) {
    if (mark !== '+') line.old += 1;
    if (mark !== '-') line.new += 1;
  }
}

function headOf(rows: readonly Row[], line: { old: number; new: number }): string {
  const old = rows.filter(({ mark }) => mark !== '+').length;
  const fresh = rows.filter(({ mark }) => mark !== '-').length;
  const start = (at: number, size: number): number => (size === 0 ? at - 1 : at);
  return `@@ -${start(line.old, old)},${old} +${start(line.new, fresh)},${fresh} @@\n`;
}

function showRow({ mark, text }: Row): string {
  return text.endsWith('\n') ? `${mark}${text}` : `${mark}${text}\n\\ No newline at end of file\n`;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
