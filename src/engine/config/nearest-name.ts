/** The letters of both words end in the same two, swapped. */
function isSwapAt(a: string, b: string, i: number, j: number): boolean {
  return i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
}

/** Edits (insert, delete, replace, swap neighbours) that make one word of the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = isSwapAt(a, b, i, j) ? (beforeLast[j - 2] ?? 0) + 1 : replace;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace, swap));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The known name that is nearest to a mistyped one, when one is near; a name without its table counts as near. */
export function findNearestName(typed: string, known: readonly string[]): string | undefined {
  const word = typed.slice(0, 100).toLowerCase();
  const sameEnd = known.find((name) => name.split('.').at(-1) === word.split('.').at(-1));
  if (sameEnd !== undefined) return sameEnd;
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = Math.min(editDistance(word, name), editDistance(word, name.split('.').at(-1) ?? name));
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.name : undefined;
}
