/** The strings of the rule language: those of Starlark, without bytes and formats. */
import { RuleProblem } from './rule-mistake.ts';

const LONGEST_STRING = 65_536;

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};
const PLAIN = /[^\\"'\n]{1,4096}/y;
const DIGITS = { x: 2, u: 4, U: 8 } as const;

/** What ends a string: one quote, or three. */
export function readQuote(text: string, at: number): string | null {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return null;
  return text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
}

function readCode(text: string, at: number, length: number): number {
  const digits = text.slice(at + 2, at + 2 + length);
  const code = new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits) ? Number.parseInt(digits, 16) : -1;
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new RuleProblem(
      at,
      `\\${text[at + 1]} needs ${length} digits (0-9, a-f) that name a character`,
      'Correct the escape, or write the character itself',
    );
  return code;
}

function readEscape(text: string, at: number): { value: string; length: number } {
  const letter = text[at + 1] ?? '';
  if (Object.hasOwn(SIMPLE, letter)) return { value: SIMPLE[letter] ?? '', length: 2 };
  if (letter === '\r' && text[at + 2] === '\n') return { value: '', length: 3 };
  if (letter === 'x' || letter === 'u' || letter === 'U') {
    const length = DIGITS[letter];
    return { value: String.fromCodePoint(readCode(text, at, length)), length: 2 + length };
  }
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined)
    return { value: String.fromCodePoint(Number.parseInt(octal, 8)), length: 1 + octal.length };
  throw new RuleProblem(at, 'this is no escape that strings have', 'Write \\\\ for a backslash');
}

function checkGoesOn(text: string, start: number, at: number, quote: string): void {
  const isShort = quote.length === 1;
  if (at >= text.length || (isShort && text[at] === '\n'))
    throw new RuleProblem(
      start,
      'this string has no end',
      `Close it with ${quote}${isShort ? ' in the same line' : ''}`,
    );
  if (at - start > LONGEST_STRING)
    throw new RuleProblem(
      start,
      `this string is longer than ${LONGEST_STRING} characters`,
      'Make it shorter',
    );
}

/** What a backslash and the character behind it stand for. */
function readBackslash(
  text: string,
  at: number,
  { isRaw, quote }: { readonly isRaw: boolean; readonly quote: string },
): { value: string; length: number } {
  if (!isRaw) return readEscape(text, at);
  const next = text[at + 1];
  // a line end, or the end of the text, is no part of a string with one quote
  const length = next === undefined || (next === '\n' && quote.length === 1) ? 1 : 2;
  return { value: text.slice(at, at + length), length };
}

/** Behind the characters that mean nothing in any string. */
function skipPlain(text: string, at: number): number {
  PLAIN.lastIndex = at;
  return PLAIN.test(text) ? PLAIN.lastIndex : at;
}

/** Line ends as written count as one kind; those of escapes are meant. */
function joinLineEnds(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}

/** Reads the string whose quote begins at `start`; `end` is behind its last quote. */
export function readString(text: string, start: number, isRaw: boolean): { value: string; end: number } {
  const quote = readQuote(text, start) ?? '"';
  const parts: string[] = [];
  let at = start + quote.length;
  let plain = at;
  while (!text.startsWith(quote, at)) {
    checkGoesOn(text, start, at, quote);
    const next = skipPlain(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    if (text[at] !== '\\') {
      at += 1;
      continue;
    }
    const { value, length } = readBackslash(text, at, { isRaw, quote });
    parts.push(joinLineEnds(text.slice(plain, at)), value);
    at += length;
    plain = at;
  }
  parts.push(joinLineEnds(text.slice(plain, at)));
  const value = parts.join('');
  if (value.includes('\0'))
    throw new RuleProblem(
      start,
      'a string cannot hold the character 0',
      'Leave it out: no command can be given one',
    );
  return { value, end: at + quote.length };
}
