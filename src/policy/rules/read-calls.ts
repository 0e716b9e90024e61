/**
 * Reads a file of rules: calls with literal arguments, in the form of Starlark. Promises: runs nothing, ends, and reads
 * either exactly what is written or gives a problem with its place; behind a problem it goes on at the next call that
 * begins a line. Does not promise that the calls mean anything. Without it a file could hold code that decides.
 */

import { readQuote, readString } from './read-string.ts';
import { RuleProblem } from './rule-mistake.ts';

export type Literal =
  | { readonly kind: 'string'; readonly at: number; readonly value: string }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Literal[] }
  | { readonly kind: 'dict'; readonly at: number; readonly items: readonly (readonly [Literal, Literal])[] }
  | { readonly kind: 'none' | 'bool' | 'number'; readonly at: number };

export interface Argument {
  /** Null for one that is told by its place. */
  readonly name: string | null;
  readonly at: number;
  readonly value: Literal;
}

export interface Call {
  readonly name: string;
  readonly at: number;
  readonly arguments: readonly Argument[];
}

const MOST_CALLS = 5_000;
const MOST_PROBLEMS = 50;
const MOST_LEVELS = 8;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[-+]?(?:0[xXoO][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)/y;
const BLANK = /(?:[ \t\r]+|#[^\n]*|\\\r?\n)*/y;
const BLANK_OVER_LINES = /(?:[ \t\r\n]+|#[^\n]*|\\\r?\n)*/y;
const NEXT_CALL = /^[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/gm;
/** Control characters, and those that hide or reorder what stands beside them. */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;
const LITERALS_ONLY =
  'Write it as calls with literal arguments: prefix_rule(pattern=["git", "status"], decision="allow")';

const KEYWORDS: Readonly<Record<string, string>> = {
  load: 'other files cannot be loaded',
  def: 'functions cannot be defined',
  for: 'there are no loops',
  if: 'there are no conditions',
  while: 'there are no loops',
  import: 'nothing can be imported',
  lambda: 'functions cannot be defined',
};

class CallReader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Skips blanks, comments and joined lines; line ends too where they mean nothing. */
  skip(overLines: boolean): void {
    const blank = overLines ? BLANK_OVER_LINES : BLANK;
    blank.lastIndex = this.at;
    this.at += blank.exec(this.#text)?.[0].length ?? 0;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  readCall(): Call {
    const at = this.at;
    const name = this.#readName();
    if (name === null) throw this.#unexpected('a call is expected here');
    const keyword = Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined;
    if (keyword !== undefined) throw new RuleProblem(at, keyword, LITERALS_ONLY);
    this.skip(false);
    if (this.#text[this.at] === '=') throw this.#unexpected('nothing can be given a name');
    if (!this.#take('(')) throw this.#unexpected('a call is expected here');
    const list: Argument[] = [];
    this.#readItems(')', '(', at, () => list.push(this.#readArgument(list)));
    return { name, at, arguments: list };
  }

  /** Behind a call its line ends. */
  endStatement(): void {
    this.skip(false);
    if (this.#take(';')) return;
    if (!this.isAtEnd && this.#text[this.at] !== '\n') throw this.#unexpected('the line should end here');
  }

  #readName(): string | null {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.#text)?.[0] ?? null;
    if (name !== null) this.at += name.length;
    return name;
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  #unexpected(what: string): RuleProblem {
    return new RuleProblem(this.at, what, LITERALS_ONLY);
  }

  /** Items separated by commas, up to a closing bracket; a comma may stand behind the last. */
  #readItems(close: string, open: string, opened: number, readItem: () => void): void {
    for (;;) {
      this.skip(true);
      if (this.#take(close)) return;
      if (this.isAtEnd)
        throw new RuleProblem(opened, `the ${open} here is never closed`, `Close it with ${close}`);
      readItem();
      this.skip(true);
      if (this.#take(close)) return;
      if (!this.#take(',')) {
        if (this.isAtEnd) continue;
        throw this.#unexpected(`a comma or ${close} is expected here`);
      }
    }
  }

  #readArgument(before: readonly Argument[]): Argument {
    const at = this.at;
    const name = this.#readName();
    if (name !== null) {
      this.skip(true);
      if (this.#text[this.at] === '=' && this.#text[this.at + 1] !== '=') {
        this.at += 1;
        this.skip(true);
        return { name, at, value: this.readLiteral(0) };
      }
      this.at = at;
    }
    const value = this.readLiteral(0);
    if (before.some((argument) => argument.name !== null))
      throw new RuleProblem(
        at,
        'an argument without a name stands behind one with a name',
        'Name it, such as decision="allow"',
      );
    return { name: null, at, value };
  }

  readLiteral(level: number): Literal {
    const at = this.at;
    if (level > MOST_LEVELS)
      throw new RuleProblem(
        at,
        `lists lie in more than ${MOST_LEVELS} lists`,
        'A pattern is a list of words, or of lists of words',
      );
    const literal = this.#readPlain(at) ?? this.#readNested(at, level);
    if (literal === null) throw this.#unexpected('a string, a list or None is expected here');
    return literal;
  }

  #readPlain(at: number): Literal | null {
    const isRaw = this.#text[at] === 'r' && readQuote(this.#text, at + 1) !== null;
    const start = isRaw ? at + 1 : at;
    if (readQuote(this.#text, start) !== null) {
      const { value, end } = readString(this.#text, start, isRaw);
      this.at = end;
      return { kind: 'string', at, value };
    }
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return { kind: 'number', at };
    }
    const word = this.#readName();
    if (word === 'None') return { kind: 'none', at };
    if (word === 'True' || word === 'False') return { kind: 'bool', at };
    if (word !== null)
      throw new RuleProblem(at, `${word.slice(0, 60)} is not a literal`, 'Write the text itself, in quotes');
    return null;
  }

  #readNested(at: number, level: number): Literal | null {
    if (this.#take('[')) {
      const items: Literal[] = [];
      this.#readItems(']', '[', at, () => items.push(this.readLiteral(level + 1)));
      return { kind: 'list', at, items };
    }
    if (!this.#take('{')) return null;
    const items: [Literal, Literal][] = [];
    this.#readItems('}', '{', at, () => {
      const key = this.readLiteral(level + 1);
      this.skip(true);
      if (!this.#take(':')) throw this.#unexpected('a : is expected here, between name and value');
      this.skip(true);
      items.push([key, this.readLiteral(level + 1)]);
    });
    return { kind: 'dict', at, items };
  }
}

function findHidden(text: string): RuleProblem[] {
  const found: RuleProblem[] = [];
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (character === '\n' || character === '\t' || (character === '\r' && text[index + 1] === '\n'))
      continue;
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    found.push(
      new RuleProblem(
        index,
        `the invisible character U+${number} stands here`,
        `Remove it, or write it in a string as \\u${number.padStart(4, '0')}`,
      ),
    );
    if (found.length >= MOST_PROBLEMS) break;
  }
  return found;
}

/** The calls of a text in their order, and all that is wrong with its form. */
export function readCalls(text: string): { calls: Call[]; problems: RuleProblem[] } {
  const calls: Call[] = [];
  const problems = findHidden(text);
  const reader = new CallReader(text);
  reader.skip(true);
  while (!reader.isAtEnd && problems.length < MOST_PROBLEMS) {
    const start = reader.at;
    if (calls.length >= MOST_CALLS) {
      problems.push(
        new RuleProblem(
          start,
          `there are more than ${MOST_CALLS} calls`,
          'Remove rules that are no longer needed',
        ),
      );
      break;
    }
    try {
      if (
        /[ \t]/.test(text[start - 1] ?? '') &&
        /^[ \t]*$/.test(text.slice(text.lastIndexOf('\n', start) + 1, start))
      )
        throw new RuleProblem(
          start,
          'a call begins at the beginning of its line',
          'Remove the blanks in front of it',
        );
      calls.push(reader.readCall());
      reader.endStatement();
    } catch (thrown) {
      if (!(thrown instanceof RuleProblem)) throw thrown;
      problems.push(thrown);
      // A string without an end may have swallowed calls: they are looked for from the first line behind this start.
      NEXT_CALL.lastIndex = start + 1;
      reader.at = NEXT_CALL.exec(text)?.index ?? text.length;
    }
    reader.skip(true);
  }
  return { calls, problems };
}
