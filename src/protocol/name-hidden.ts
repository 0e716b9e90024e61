/**
 * Which characters of a text are not what they look like, in one place for whoever shows one.
 *
 * Promises: nothing is left that moves the cursor, reverses the reading order, joins or hides neighbours, or grows over
 * the lines above and below. Does not promise that two letters that look alike are told apart. Without it a sentence of a
 * question and the text beside it could show the same bytes in two ways.
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

/**
 * The text with each such character as its number, `⟨U+202E⟩`; line ends and tabs become what is given for them.
 */
export function nameHidden(text: string, lineEnd: string, tab: string): string {
  const visible = text.replace(HIDDEN, (character) => {
    if (character === '\n') return lineEnd;
    return character === '\t' ? tab : nameCharacter(character);
  });
  return nameMarks(visible.replace(ODD_SPACE, nameCharacter));
}
