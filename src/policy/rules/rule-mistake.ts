import { showText } from '../judge-show.ts';

/** Something wrong in a file of rules. */
export interface RuleMistake {
  readonly file: string;
  readonly line: number;
  /** In UTF-16 units from 1. */
  readonly column: number;
  /** One sentence without an end. */
  readonly what: string;
  /** The way out. */
  readonly hint: string;
  /** The line of the file, fit to be shown, and a mark below the place. */
  readonly excerpt: string;
}

/** What is wrong at a place of a text; thrown inside the parser only. */
export class RuleProblem extends Error {
  readonly at: number;
  readonly hint: string;

  constructor(at: number, what: string, hint: string) {
    super(what);
    this.at = at;
    this.hint = hint;
  }
}

/** `file:line:column: what`. */
export function describeMistake({ file, line, column, what }: RuleMistake): string {
  return `${showText(file, 300)}:${line}:${column}: ${what}`;
}

/** Finds lines and columns of places in one text. */
export class TextPlaces {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** From 1. */
  find(at: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 };
  }

  /** The line around a place, at most 100 characters of it, with a mark below. */
  #excerpt(line: number, column: number): string {
    const start = this.#starts[line - 1] ?? 0;
    const end = this.#text.indexOf('\n', start);
    const text = this.#text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
    const from = Math.max(0, column - 61);
    const before = showText(text.slice(from, column - 1), 400);
    const after = showText(text.slice(column - 1, from + 100), 400);
    return `${before}${after}\n${' '.repeat(before.length)}^`;
  }

  makeMistake(file: string, { at, message, hint }: RuleProblem): RuleMistake {
    const place = this.find(Math.min(at, this.#text.length));
    return { file, ...place, what: message, hint, excerpt: this.#excerpt(place.line, place.column) };
  }
}
