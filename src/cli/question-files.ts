/**
 * The files that a question is about, with their diffs, for a terminal. Promises: in the full view nothing of what would
 * be written is left out; in the short one what is left out is counted; no character of it moves the cursor.
 */
import type { EditFile } from '../protocol/index.ts';
import { showDiffLine, showLine } from '../timeline/index.ts';

/** Lines of a diff that the short view shows of one file, and of all of them. */
const HEAD_LINES = 16;
const TAIL_LINES = 6;
const MAX_SHORT_LINES = 60;
/** Characters of one line that the short view shows. */
const HEAD_CHARS = 400;
const TAIL_CHARS = 100;

export interface FileLine {
  /** A line of a file, which is cut at the width; the others are wrapped between words. */
  readonly isContent: boolean;
  readonly text: string;
}

/** The files as lines; empty where the question is about none. */
export function describeFiles(files: readonly EditFile[] | undefined, isFull: boolean): FileLine[] {
  const lines: FileLine[] = [];
  for (const [index, file] of (files ?? []).entries()) {
    const left = (files ?? []).length - index;
    if (!isFull && lines.length > MAX_SHORT_LINES) {
      lines.push(said(`… ${left} more ${left === 1 ? 'file' : 'files'} (v shows them)`));
      break;
    }
    lines.push(...describeFile(file, isFull));
  }
  return lines;
}

function said(text: string): FileLine {
  return { isContent: false, text };
}

function describeFile(file: EditFile, isFull: boolean): FileLine[] {
  const patch = patchLines(file.patch);
  const isCut = (file.cutBytes ?? 0) > 0;
  const lines = [said(''), said(headOf(file, patch))];
  if (patch.length === 0 && !isCut && file.change !== 'move') lines.push(said('  (no text in it)'));
  const content = (text: string): FileLine => ({
    isContent: true,
    // the sign in front is no part of the line
    text: showLine(text.slice(0, 1)) + showDiffLine((isFull ? text : shorten(text)).slice(1)),
  });
  if (isFull || patch.length <= HEAD_LINES + TAIL_LINES) lines.push(...patch.map(content));
  else {
    const left = patch.length - HEAD_LINES - TAIL_LINES;
    lines.push(...patch.slice(0, HEAD_LINES).map(content));
    lines.push(said(`    … ${left} more ${left === 1 ? 'line' : 'lines'} (v shows them)`));
    lines.push(...patch.slice(-TAIL_LINES).map(content));
  }
  if (isCut) {
    const what = file.change === 'delete' ? 'what is removed' : 'the change';
    lines.push(said(`  ${file.cutBytes} bytes of ${what} are not shown`));
  }
  return lines;
}

function patchLines(patch: string): string[] {
  return patch === '' ? [] : patch.replace(/\n$/, '').split('\n');
}

/** `create /w/a (protected)  +2 −0`. */
function headOf({ change, path, to, place }: EditFile, patch: readonly string[]): string {
  const where = place === undefined || place === 'inside' ? '' : ` (${place})`;
  const count = (mark: string): number => patch.filter((line) => line.startsWith(mark)).length;
  const counted = patch.length === 0 ? '' : `  +${count('+')} −${count('-')}`;
  return `${change} ${showLine(path)}${to === undefined ? '' : ` to ${showLine(to)}`}${where}${counted}`;
}

function shorten(text: string): string {
  const left = text.length - HEAD_CHARS - TAIL_CHARS;
  if (left <= 0) return text;
  return `${text.slice(0, HEAD_CHARS)} … ${left} more characters (v shows them) … ${text.slice(-TAIL_CHARS)}`;
}
