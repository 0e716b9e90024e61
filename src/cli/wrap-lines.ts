/** Two columns of a terminal: the scripts of East Asia in full width, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
/** Marks that stand over the letter before them. */
const MARK = /^\p{M}$/u;

/** How many columns a visible text takes. */
export function measureColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

function columnsOf(character: string): number {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Cuts at the width, wherever that is. One piece at least. */
export function cutAtWidth(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of text) {
    const width = columnsOf(character);
    if (used + width > columns && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += character;
    used += width;
  }
  return [...lines, line];
}

/** Fills lines with whole pieces; only a piece that is wider than a line is cut. */
export function fillLines(pieces: readonly string[], separator: string, columns: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const piece of pieces) {
    const longer: string = line === undefined ? piece : line + separator + piece;
    if (measureColumns(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== undefined) lines.push(line);
    const cut = cutAtWidth(piece, columns);
    line = cut.pop();
    lines.push(...cut);
  }
  return [...lines, line ?? ''];
}

/** Breaks a line at its spaces; what follows the first line stands two columns further in than it. */
export function wrapWords(text: string, columns: number): string[] {
  if (measureColumns(text) <= columns) return [text];
  const indent = text.length - text.trimStart().length;
  const hanging = ' '.repeat(indent + 2);
  const lines = fillLines(text.slice(indent).split(' '), ' ', columns - hanging.length);
  return lines.map((line, index) => (index === 0 ? text.slice(0, indent) : hanging) + line);
}
