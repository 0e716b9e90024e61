/** A unified diff as lines to show, bounded. */

export interface PatchLine {
  readonly kind: 'added' | 'removed' | 'same' | 'place';
  readonly text: string;
}

/** How many lines of a diff are drawn before more are asked for. */
export const PATCH_LINES = 200;

const KINDS: Readonly<Record<string, PatchLine['kind']>> = { '+': 'added', '-': 'removed', '@': 'place' };

/** The lines of a diff without its file heads. */
export function readPatch(patch: string): PatchLine[] {
  const lines = patch.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('@@'));
  if (start === -1) return [];
  return lines.slice(start).map((line) => {
    const kind = KINDS[line.charAt(0)] ?? 'same';
    return { kind, text: kind === 'place' ? line : line.slice(1) };
  });
}

/** `+12 −4`: how many lines come and go. */
export function countPatch(lines: readonly PatchLine[]): {
  readonly added: number;
  readonly removed: number;
} {
  const count = (kind: PatchLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}
