const PIECE = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/** What a piece adds to a word; undefined for blanks, null for a quote without an end. */
function readPiece(text: string, at: number): { part: string | undefined; end: number } | null {
  PIECE.lastIndex = at;
  const match = PIECE.exec(text);
  if (match === null) return null;
  const [, single, double, escaped, plain] = match;
  const inner = double?.replace(/\\(["\\$`\n])/g, (_, next: string) => (next === '\n' ? '' : next));
  return { part: single ?? inner ?? (escaped === '\n' ? '' : escaped) ?? plain, end: PIECE.lastIndex };
}

/** Splits an example command into words as a shell does with quotes and backslashes; null when a quote has no end. */
export function splitExample(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < text.length) {
    if (text[at] === '#' && word === null) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      continue;
    }
    const piece = readPiece(text, at);
    if (piece === null) return null;
    at = piece.end;
    if (piece.part !== undefined) {
      word = (word ?? '') + piece.part;
    } else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
