import { countThings } from '../../timeline/index.ts';

/** Long payloads begin folded: their head and their end are shown, and what lies between is counted. */

const MAX_LINES = 12;
const HEAD_LINES = 8;
const TAIL_LINES = 4;
const MAX_CHARS = 2400;
const HEAD_CHARS = 1600;
const TAIL_CHARS = 600;

export interface FoldedText {
  readonly head: string;
  /** The very end: a folded middle must not hide what comes last. Empty when nothing is folded. */
  readonly tail: string;
  readonly lines: number;
  readonly foldedLines: number;
  readonly foldedChars: number;
}

/** Head and tail of a text of more than 12 lines or 2,400 characters; else the whole of it. */
export function foldPayload(text: string): FoldedText {
  const lines = text.split('\n');
  if (lines.length <= MAX_LINES && text.length <= MAX_CHARS) {
    return { head: text, tail: '', lines: lines.length, foldedLines: 0, foldedChars: 0 };
  }
  const isTall = lines.length > MAX_LINES;
  const head = (isTall ? lines.slice(0, HEAD_LINES).join('\n') : text).slice(0, HEAD_CHARS);
  const tail = (isTall ? lines.slice(-TAIL_LINES).join('\n') : text).slice(-TAIL_CHARS);
  return {
    head,
    tail,
    lines: lines.length,
    foldedLines: isTall ? lines.length - HEAD_LINES - TAIL_LINES : 0,
    foldedChars: text.length - head.length - tail.length,
  };
}

/** What the button that unfolds says. */
export function unfoldWords(folded: FoldedText): string {
  const chars = `${folded.foldedChars.toLocaleString('en')} ${folded.foldedChars === 1 ? 'character' : 'characters'} folded`;
  return folded.foldedLines > 0
    ? `Show all ${countThings(folded.lines, 'line')} (${folded.foldedLines} folded)`
    : `Show all (${chars})`;
}

/** How much of an unfolded text is drawn at a time, in characters. */
export const UNFOLD_CHARS = 50_000;

/** Words and the spaces between them, in order; joined they are the line again. */
export function splitWords(line: string): string[] {
  return line.split(/([ \t]+)/).filter((part) => part !== '');
}
