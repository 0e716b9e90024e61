/** Letters that mean something in a regular expression of seatbelt, or would end it. */
const SPECIAL = /[.^$+(){}|\\"[\]*?]/;

/**
 * A pattern of paths as a regular expression of seatbelt that fits what the pattern fits and all below. A set of
 * letters with a quote or a backslash becomes any letter: denying too much is no hole.
 */
export function seatbeltPattern(glob: string): string {
  const parts = glob.split('/').filter((part) => part !== '');
  let text = '^';
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '**') text += isLast ? '/.+' : '(/.*)?';
    else text += `/${translatePart(part)}`;
  }
  return `${text}(/|$)`;
}

function translatePart(part: string): string {
  let text = '';
  for (let at = 0; at < part.length; at++) {
    const letter = part[at] ?? '';
    const end = letter === '[' ? part.indexOf(']', at + 2) : -1;
    if (end !== -1) {
      text += translateSet(part.slice(at + 1, end));
      at = end;
    } else if (letter === '*') text += '[^/]*';
    else if (letter === '?') text += '[^/]';
    else if (letter === '\\' && at + 1 < part.length) text += quoteLetter(part[++at] ?? '');
    else text += quoteLetter(letter);
  }
  return text;
}

function translateSet(inner: string): string {
  if (/["\\]/.test(inner)) return '[^/]';
  return /^[!^]/.test(inner) ? `[^/${inner.slice(1)}]` : `[${inner}]`;
}

/** A letter that stands for itself. A quote would end the expression: any letter stands in its place. */
function quoteLetter(letter: string): string {
  if (letter === '"') return '.';
  return SPECIAL.test(letter) ? `\\${letter}` : letter;
}
