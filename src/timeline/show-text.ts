/**
 * Makes text that strangers wrote fit to be shown to a person who decides by it.
 *
 * Promises: no character of the result moves the cursor, changes colours, reverses the reading order, joins or hides
 * neighbours, or grows over the lines above and below: each such character stands there as its number, `⟨U+202E⟩`. Does
 * not promise that two letters that look alike are told apart, nor that letters of scripts that are written from right to
 * left stand in the order of the text: whoever draws it sees to that. Without it a command could show something else than
 * what runs.
 */

/** Control, line and paragraph separators, unassigned and lone surrogates, private use, format and ignorable characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800]/gu;

/** White space that is no plain space but looks like one. */
const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;

/** Accents and signs that are drawn over, through or below what stands in front of them, and what that is. */
const MARKS = /(^|[^\p{M}])(\p{M}+)/gsu;
const BASE = /[\p{L}\p{N}]/u;
/** They strike a letter out, or draw a figure around it: it looks like another one. */
const OVERLAY = /[\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb\p{Me}]/u;
/** Marks of no script of their own pile up without end; no spelling has more than two of them on one letter. */
const PILING = /\p{Script=Inherited}/u;
const MAX_PILED = 2;
/** Those of a script, where vowels and tones are marks too. */
const MAX_MARKS = 5;

/** So many of these marks, from the first on, are those of a spelling. */
function countPlain(marks: readonly string[]): number {
  let piled = 0;
  const odd = marks.findIndex((mark, place) => {
    if (PILING.test(mark)) piled += 1;
    return OVERLAY.test(mark) || marks.indexOf(mark) < place || piled > MAX_PILED || place === MAX_MARKS;
  });
  return odd < 0 ? marks.length : odd;
}

/** Marks as their numbers where no spelling has them: behind no letter or digit, striking out, twice, or too many. */
function nameMarks(text: string): string {
  return text.replace(MARKS, (_all, base: string, run: string) => {
    const marks = [...run];
    const plain = BASE.test(base) ? countPlain(marks) : 0;
    return base + marks.slice(0, plain).join('') + marks.slice(plain).map(nameCharacter).join('');
  });
}

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
  return nameMarks(visible.replace(ODD_SPACE, nameCharacter)) + cut.note;
}

/** Several lines: line ends stay, tabs become two spaces, all else is as in `showLine`. */
export function showText(text: string, maxChars = 100_000): string {
  const cut = cutText(text, maxChars);
  const visible = cut.kept.replace(HIDDEN, (character) => {
    if (character === '\n') return '\n';
    if (character === '\t') return '  ';
    return nameCharacter(character);
  });
  return nameMarks(visible.replace(ODD_SPACE, nameCharacter)) + cut.note;
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
