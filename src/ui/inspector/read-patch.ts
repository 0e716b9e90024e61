/** A unified diff as lines to show, bounded. */

export interface PatchLine {
  readonly kind: 'added' | 'removed' | 'same' | 'place';
  /** It goes on the line before, which is too long to be drawn as one. */
  readonly isRest?: true;
  readonly text: string;
}

/** How many lines of a diff are drawn before more are asked for. */
export const PATCH_LINES = 200;

/** The longest piece of a line, in characters. */
const MAX_PIECE_CHARS = 4000;

const KINDS: Readonly<Record<string, PatchLine['kind']>> = { '+': 'added', '-': 'removed', '@': 'place' };

/** The lines of a diff without its file heads. */
export function readPatch(patch: string): PatchLine[] {
  const lines = patch.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('@@'));
  if (start === -1) return [];
  return lines.slice(start).flatMap((line) => {
    const kind = KINDS[line.charAt(0)] ?? 'same';
    const [first = '', ...rest] = cutLine(kind === 'place' ? line : line.slice(1));
    return [{ kind, text: first }, ...rest.map((text): PatchLine => ({ kind, text, isRest: true }))];
  });
}

/** In pieces, none of which ends within a character. */
function cutLine(line: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (line.length - from > MAX_PIECE_CHARS) {
    const isSplit = (line.codePointAt(from + MAX_PIECE_CHARS - 1) ?? 0) > 0xffff;
    const to = from + MAX_PIECE_CHARS - (isSplit ? 1 : 0);
    pieces.push(line.slice(from, to));
    from = to;
  }
  return [...pieces, line.slice(from)];
}

/** `+12 −4`: how many lines come and go. */
export function countPatch(lines: readonly PatchLine[]): {
  readonly added: number;
  readonly removed: number;
} {
  const count = (kind: PatchLine['kind']): number =>
    lines.filter((line) => line.kind === kind && line.isRest === undefined).length;
  return { added: count('added'), removed: count('removed') };
}
