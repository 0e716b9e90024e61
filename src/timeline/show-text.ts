/**
 * Makes text that strangers wrote fit to be shown to a person who decides by it.
 *
 * Promises: no character of the result moves the cursor, changes colours, reverses the reading order, joins or hides
 * neighbours: each such character stands there as its number, `⟨U+202E⟩`. Does not promise that two letters that look
 * alike are told apart. Without it a command could show something else than what runs.
 */

/** Control, line and paragraph separators, unassigned and lone surrogates, private use, format and ignorable characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800]/gu;

/** White space that is no plain space but looks like one. */
const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;

function nameCharacter(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `⟨U+${number}⟩`;
}

/** One line: line ends are shown as `⏎`, tabs as `⇥`, and what is above `maxChars` is cut with a count. */
export function showLine(text: string, maxChars = 4000): string {
  const cut = cutText(text, maxChars);
  const visible = cut.kept.replace(HIDDEN, (character) => {
    if (character === '\n') return '⏎';
    if (character === '\t') return '⇥';
    return nameCharacter(character);
  });
  return visible.replace(ODD_SPACE, nameCharacter) + cut.note;
}

/** Several lines: line ends stay, tabs become two spaces, all else is as in `showLine`. */
export function showText(text: string, maxChars = 100_000): string {
  const cut = cutText(text, maxChars);
  const visible = cut.kept.replace(HIDDEN, (character) => {
    if (character === '\n') return '\n';
    if (character === '\t') return '  ';
    return nameCharacter(character);
  });
  return visible.replace(ODD_SPACE, nameCharacter) + cut.note;
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
