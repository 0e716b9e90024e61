/**
 * Patterns of paths: `*` and `?` within one part, `[…]` one of these characters, `**` any number of parts. Promises: time
 * that grows with the product of the lengths, whatever the pattern, because agents choose the names of files.
 */

/** One part of a pattern: any number of parts, or one part made of tokens. */
type PatternPart = 'any-parts' | readonly Token[];

type Token =
  | { readonly kind: 'any-run' }
  | { readonly kind: 'any-one' }
  | { readonly kind: 'one'; readonly letter: string }
  | {
      readonly kind: 'set';
      readonly isNegated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** A pattern that was read. */
export interface PathPattern {
  readonly parts: readonly PatternPart[];
}

/** One token and where it ends. */
interface Reading {
  readonly token: Token;
  readonly next: number;
}

function readSet(letters: readonly string[], start: number): Reading | undefined {
  const isNegated = letters[start + 1] === '!' || letters[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  const ranges: [string, string][] = [];
  for (let at = first; at < letters.length; ) {
    // A bracket at the beginning stands for itself.
    if (letters[at] === ']' && at > first) return { token: { kind: 'set', isNegated, ranges }, next: at + 1 };
    if (letters[at] === '\\') at += 1;
    const from = letters[at] ?? '';
    const to = letters[at + 1] === '-' && letters[at + 2] !== ']' ? letters[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    at += to === undefined ? 1 : 3;
  }
  return undefined;
}

function readToken(letters: readonly string[], at: number): Reading {
  const letter = letters[at] ?? '';
  const next = at + 1;
  if (letter === '*') return { token: { kind: 'any-run' }, next };
  if (letter === '?') return { token: { kind: 'any-one' }, next };
  const set = letter === '[' ? readSet(letters, at) : undefined;
  if (set !== undefined) return set;
  const escaped = letter === '\\' ? letters[next] : undefined;
  if (escaped !== undefined) return { token: { kind: 'one', letter: escaped }, next: next + 1 };
  return { token: { kind: 'one', letter }, next };
}

function readPart(part: string): PatternPart {
  if (part === '**') return 'any-parts';
  const letters = [...part];
  const tokens: Token[] = [];
  for (let at = 0; at < letters.length; ) {
    const { token, next } = readToken(letters, at);
    if (token.kind !== 'any-run' || tokens.at(-1)?.kind !== 'any-run') tokens.push(token);
    at = next;
  }
  return tokens;
}

/** Reads a pattern; slashes at its ends do not count. */
export function readPattern(text: string): PathPattern {
  return { parts: splitPath(text).map(readPart) };
}

/** The parts of a path between its slashes. */
export function splitPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function fitsOne(token: Token | undefined, letter: string): boolean {
  if (token === undefined || token.kind === 'any-run') return false;
  if (token.kind === 'any-one') return true;
  if (token.kind === 'one') return token.letter === letter;
  return token.ranges.some(([from, to]) => from <= letter && letter <= to) !== token.isNegated;
}

/** Goes back to the last `*` only: an earlier one cannot help. */
function fitsPart(tokens: readonly Token[], name: string): boolean {
  const [first] = tokens;
  if (first?.kind === 'one' && !name.startsWith(first.letter)) return false;
  const letters = [...name];
  let at = 0;
  let letterAt = 0;
  let star = -1;
  let starLetter = 0;
  while (letterAt < letters.length) {
    if (fitsOne(tokens[at], letters[letterAt] ?? '')) {
      at += 1;
      letterAt += 1;
    } else if (tokens[at]?.kind === 'any-run') {
      star = at++;
      starLetter = letterAt;
    } else if (star >= 0) {
      at = star + 1;
      letterAt = ++starLetter;
    } else return false;
  }
  return tokens.slice(at).every((token) => token.kind === 'any-run');
}

/** Adds a place to stand at, and those that `**` lets one pass on to. */
function stand(places: number[], place: number, parts: readonly PatternPart[]): void {
  for (let at = place; !places.includes(at); at++) {
    places.push(at);
    // A `**` at the end wants something below.
    if (parts[at] !== 'any-parts' || at === parts.length - 1) return;
  }
}

/** True when the pattern fits the path or, unless `isWhole`, a folder above it. */
export function fitsPattern(pattern: PathPattern, path: readonly string[], isWhole = false): boolean {
  const { parts } = pattern;
  if (parts.length === 0) return false;
  let places: number[] = [];
  stand(places, 0, parts);
  for (const [index, name] of path.entries()) {
    places = step(places, parts, name);
    if (places.includes(parts.length) && (!isWhole || index === path.length - 1)) return true;
    if (places.length === 0) return false;
  }
  return false;
}

/** Where one can stand behind one more name. */
function step(places: readonly number[], parts: readonly PatternPart[], name: string): number[] {
  const next: number[] = [];
  for (const place of places) {
    const part = parts[place];
    if (part === undefined) continue;
    if (part !== 'any-parts') {
      if (fitsPart(part, name)) stand(next, place + 1, parts);
    } else {
      stand(next, place, parts);
      if (place === parts.length - 1) stand(next, place + 1, parts);
    }
  }
  return next;
}
