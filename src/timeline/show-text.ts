/**
 * Makes text that strangers wrote fit to be shown to a person who decides by it.
 *
 * Promises: no character of the result moves the cursor, changes colours, reverses the reading order, joins or hides
 * neighbours, or grows over the lines above and below: each such character stands there as its number, `⟨U+202E⟩`. Does
 * not promise that two letters that look alike are told apart, nor that letters of scripts that are written from right to
 * left stand in the order of the text: whoever draws it sees to that. Without it a command could show something else than
 * what runs.
 */
import { nameHidden } from '../protocol/index.ts';

/** One line: line ends are shown as `⏎`, tabs as `⇥`, and what is above `maxChars` is cut with a count. */
export function showLine(text: string, maxChars = 4000): string {
  const cut = cutText(text, maxChars);
  return nameHidden(cut.kept, '⏎', '⇥') + cut.note;
}

/** Several lines: line ends stay, tabs become two spaces, all else is as in `showLine`. */
export function showText(text: string, maxChars = 100_000): string {
  const cut = cutText(text, maxChars);
  return nameHidden(cut.kept, '\n', '  ') + cut.note;
}

/**
 * A line of a diff, or with `isEnd` false a piece of one: tabs are shown as `⇥` and spaces at the end of the line as `·`,
 * all else is as in `showLine`. Nothing is cut.
 */
export function showDiffLine(text: string, isEnd = true): string {
  const marked = isEnd ? text.replace(/[ \t]+(?=\r?$)/, (end) => end.replaceAll(' ', '·')) : text;
  return showLine(marked.replaceAll('\t', '⇥ '), Number.POSITIVE_INFINITY);
}

function cutText(text: string, maxChars: number): { kept: string; note: string } {
  if (text.length <= maxChars) return { kept: text, note: '' };
  return { kept: text.slice(0, maxChars), note: ` … (${text.length - maxChars} more characters)` };
}
