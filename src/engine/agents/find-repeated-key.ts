/** The first key that stands twice in one object of a JSON text that can be read, with its column from 1. */
export function findRepeatedKey(json: string): { readonly key: string; readonly column: number } | undefined {
  const open: Set<string>[] = [];
  let last: { readonly text: string; readonly at: number } | undefined;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && last !== undefined) {
      const key = String(JSON.parse(last.text));
      const seen = open.at(-1);
      if (seen?.has(key)) return { key, column: last.at + 1 };
      seen?.add(key);
    }
    last = token.startsWith('"') ? { text: token, at: index } : undefined;
  }
  return undefined;
}
