/**
 * Applies the places of a patch to the text of a file. Promises: each line keeps its own line end, an added one gets
 * that of its neighbours; lines that are only compared stay as the file has them; bounded work; a place that is not
 * found is a problem with its line, and then nothing was changed.
 */
import type { Hunk } from './patch-shape.ts';

export type HunkOutcome = { readonly text: string } | { readonly problem: string };

interface Line {
  readonly text: string;
  /** `\n`, `\r\n`, or nothing at the end of a file without one. */
  readonly end: string;
}

/** Comparisons of lines for one file; a patch that needs more is no patch for it. */
const MAX_COMPARED = 5_000_000;

const LOOSER: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trimEnd(),
  (text) => text.trim(),
];

/** The text afterwards. */
export function applyHunks(text: string, hunks: readonly Hunk[]): HunkOutcome {
  const lines = splitLines(text);
  const work = { compared: 0 };
  const out: Line[] = [];
  const newEnd = commonEnd(lines);
  let taken = 0;
  let hasFinalNewline: boolean | undefined;
  for (const hunk of hunks) {
    const found = findHunk(lines, hunk, { from: taken, work });
    if (found === undefined) {
      const why = work.compared > MAX_COMPARED ? 'looking for it takes too long' : explainMissing(hunk);
      return { problem: `line ${hunk.at} of the patch: ${why}` };
    }
    for (const line of lines.slice(taken, found)) out.push(line);
    taken = writeHunk({ lines, hunk, at: found, out, newEnd });
    hasFinalNewline = hunk.hasFinalNewline ?? hasFinalNewline;
  }
  for (const line of lines.slice(taken)) out.push(line);
  return { text: joinLines(out, { newEnd, hasFinalNewline: hasFinalNewline ?? endsWithNewline(text) }) };
}

function explainMissing({ anchors, lines }: Hunk): string {
  const first =
    lines.find(({ kind, text }) => kind !== 'add' && text.trim() !== '')?.text ?? anchors[0] ?? '';
  return `these lines are not in the file, or not in this order: ${JSON.stringify(first.slice(0, 120))} …`;
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const at = text.indexOf('\n', start);
    if (at === -1) {
      lines.push({ text: text.slice(start), end: '' });
      break;
    }
    const hasReturn = at > start && text[at - 1] === '\r';
    lines.push({ text: text.slice(start, hasReturn ? at - 1 : at), end: hasReturn ? '\r\n' : '\n' });
    start = at + 1;
  }
  return lines;
}

function endsWithNewline(text: string): boolean {
  return text === '' || text.endsWith('\n');
}

function commonEnd(lines: readonly Line[]): string {
  const returns = lines.filter(({ end }) => end === '\r\n').length;
  return returns * 2 > lines.length ? '\r\n' : '\n';
}

/** Every line but the last has an end, and the last one as it is wanted. */
function joinLines(
  lines: readonly Line[],
  { newEnd, hasFinalNewline }: { newEnd: string; hasFinalNewline: boolean },
): string {
  return lines
    .map(({ text, end }, index) => {
      const isLast = index === lines.length - 1;
      if (isLast && !hasFinalNewline) return text;
      return `${text}${end === '' ? newEnd : end}`;
    })
    .join('');
}

interface Search {
  readonly from: number;
  readonly work: { compared: number };
}

function findHunk(lines: readonly Line[], hunk: Hunk, search: Search): number | undefined {
  const start = skipAnchors(lines, hunk, search);
  if (start === undefined) return undefined;
  const old = hunk.lines.filter(({ kind }) => kind !== 'add').map(({ text }) => text);
  if (hunk.oldStart !== undefined) return findNumbered(lines, old, { ...search, hunk });
  if (old.length === 0) return hunk.anchors.length > 0 && !hunk.isAtEnd ? start : lines.length;
  for (const loosen of LOOSER) {
    const compare = { old, loosen, work: search.work };
    const last = lines.length - old.length;
    if (hunk.isAtEnd && last >= start && fits(lines, last, compare)) return last;
    for (let at = start; at <= last; at += 1) if (fits(lines, at, compare)) return at;
  }
  return undefined;
}

/** Where to look, below the lines that are named as standing above. */
function skipAnchors(lines: readonly Line[], { anchors }: Hunk, { from, work }: Search): number | undefined {
  let start = from;
  for (const anchor of anchors) {
    let found: number | undefined;
    for (const loosen of LOOSER) {
      found ??= findLine(lines, { start, text: loosen(anchor), loosen, work });
    }
    if (found === undefined) return undefined;
    start = found + 1;
  }
  return start;
}

function findLine(
  lines: readonly Line[],
  sought: { start: number; text: string; loosen: (text: string) => string; work: { compared: number } },
): number | undefined {
  for (let at = sought.start; at < lines.length; at += 1) {
    sought.work.compared += 1;
    if (sought.work.compared > MAX_COMPARED) return undefined;
    if (sought.loosen(lines[at]?.text ?? '') === sought.text) return at;
  }
  return undefined;
}

/** A unified diff says where; lines may have come or gone above, so the nearest place counts. No line is compared loosely. */
function findNumbered(
  lines: readonly Line[],
  old: readonly string[],
  { from, work, hunk }: Search & { readonly hunk: Hunk },
): number | undefined {
  const { oldStart = 0 } = hunk;
  const wanted = old.length === 0 ? oldStart : oldStart - 1;
  if (old.length === 0) return wanted >= from && wanted <= lines.length ? wanted : undefined;
  const last = lines.length - old.length;
  const compare = { old, loosen: (text: string) => text, work };
  for (let away = 0; away <= lines.length && work.compared <= MAX_COMPARED; away += 1) {
    const places = [wanted - away, wanted + away].filter((at) => at >= from && at <= last);
    const found = places.find((at) => fits(lines, at, compare));
    if (found !== undefined) return found;
  }
  return undefined;
}

function fits(
  lines: readonly Line[],
  at: number,
  {
    old,
    loosen,
    work,
  }: { old: readonly string[]; loosen: (text: string) => string; work: { compared: number } },
): boolean {
  if (work.compared > MAX_COMPARED) return false;
  for (const [index, text] of old.entries()) {
    work.compared += 1;
    if (loosen(lines[at + index]?.text ?? '') !== loosen(text)) return false;
  }
  return true;
}

/** Writes the place; gives the index of the first line behind it. */
function writeHunk(place: {
  lines: readonly Line[];
  hunk: Hunk;
  at: number;
  out: Line[];
  newEnd: string;
}): number {
  const { lines, hunk, out, newEnd } = place;
  let next = place.at;
  for (const { kind, text } of hunk.lines) {
    const line = lines[next];
    if (kind === 'add') out.push({ text, end: out.at(-1)?.end || newEnd });
    else {
      if (kind === 'keep' && line !== undefined) out.push(line);
      next += 1;
    }
  }
  return next;
}
