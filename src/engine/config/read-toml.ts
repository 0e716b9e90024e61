/**
 * TOML with places. smol-toml decides what a document says; toml-eslint-parser only tells where each key and value
 * stands. A document that either of them rejects is an error: two readings of one setting would be a hole.
 */
import { parse, TomlError } from 'smol-toml';
import { type AST, parseTOML } from 'toml-eslint-parser';

export interface TextPosition {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** The names of tables and keys from the top, and indexes of array items. */
export type TomlPath = readonly (string | number)[];

export interface TomlDocument {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the key or table of that path is first written. */
  keyPosition(path: TomlPath): TextPosition | undefined;
  /** Where the value of that path begins. */
  valuePosition(path: TomlPath): TextPosition | undefined;
}

/** Deeper or longer names than these serve nobody, and the table of places would grow with their square. */
const DEEPEST_PATH = 64;
const LONGEST_PATH = 2000;

/** The text is not TOML. */
export class TomlSyntaxError extends Error {
  readonly position: TextPosition;

  constructor(message: string, position: TextPosition) {
    super(message);
    this.name = 'TomlSyntaxError';
    this.position = position;
  }
}

/** The parsers' sentences that do not tell a newcomer enough, by their beginning. */
const CLEARER: readonly (readonly [beginning: string, clearer: string])[] = [
  ['invalid value', 'there is no valid value here; a text needs quotes'],
  ['expected comma or end of structure', 'a list or table is not closed, or lacks a comma'],
  ['document contains excessively nested', 'it is nested too deeply'],
];

/** What the parser says about that place, in words that stand alone. */
function describeSyntaxError(message: string, text: string, { line, column }: TextPosition): string {
  const first = message.split('\n')[0] ?? '';
  const reason = first.replace(/^Invalid TOML document: /, '');
  const rest = (text.split('\n')[line - 1] ?? '').slice(column - 1);
  if (reason.startsWith('trying to redefine')) {
    const name = /^[\w."'-]{1,100}/.exec(rest)?.[0] ?? 'this key';
    return `${name} is set a second time`;
  }
  const isLineEnd = rest === '' || rest === '\r';
  if (isLineEnd && reason.startsWith('control characters'))
    return 'not valid TOML: a text is not closed on its line';
  const clearer = CLEARER.find(([beginning]) => reason.startsWith(beginning));
  return `not valid TOML: ${clearer?.[1] ?? reason}`;
}

/** The parsers recurse, and match long words with patterns: both end at the depth of the stack. */
function beyondReading(): TomlSyntaxError {
  return new TomlSyntaxError('not taken: a part of it is too long or nested too deeply', {
    line: 1,
    column: 1,
  });
}

function parseValues(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw beyondReading();
    if (!(thrown instanceof TomlError)) throw thrown;
    const position = { line: thrown.line, column: thrown.column };
    throw new TomlSyntaxError(describeSyntaxError(thrown.message, text, position), position);
  }
}

/** The parser's own error class has line and column; anything else it throws is not about the text. */
function hasPlace(thrown: unknown): thrown is Error & { lineNumber: number; column: number } {
  return thrown instanceof Error && 'lineNumber' in thrown && 'column' in thrown;
}

function parseTree(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw beyondReading();
    if (!hasPlace(thrown)) throw thrown;
    throw new TomlSyntaxError(`not valid TOML: ${thrown.message}`, {
      line: thrown.lineNumber,
      column: thrown.column + 1,
    });
  }
}

function keyNames(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

class PositionTable {
  readonly keys = new Map<string, TextPosition>();
  readonly values = new Map<string, TextPosition>();

  addTop(top: AST.TOMLTopLevelTable): void {
    for (const item of top.body) {
      if (item.type === 'TOMLKeyValue') this.#addKeyValue([], item);
      else this.#addTable(item);
    }
  }

  #addTable(table: AST.TOMLTable): void {
    const path = table.resolvedKey;
    table.key.keys.forEach((part, index) => {
      // Indexes of arrays of tables stand in the resolved key only; they never follow the last name of a plain table.
      if (path.every((name) => typeof name === 'string')) note(this.keys, path.slice(0, index + 1), part);
    });
    note(this.keys, path, table.key);
    note(this.values, path, table);
    for (const item of table.body) this.#addKeyValue(path, item);
  }

  #addKeyValue(base: TomlPath, item: AST.TOMLKeyValue): void {
    const names = keyNames(item.key);
    item.key.keys.forEach((part, index) => {
      note(this.keys, [...base, ...names.slice(0, index + 1)], part);
    });
    this.#addValue([...base, ...names], item.value);
  }

  #addValue(path: TomlPath, node: AST.TOMLContentNode): void {
    note(this.values, path, node);
    if (node.type === 'TOMLInlineTable') for (const item of node.body) this.#addKeyValue(path, item);
    if (node.type === 'TOMLArray') {
      node.elements.forEach((element, index) => {
        this.#addValue([...path, index], element);
      });
    }
  }
}

function note(table: Map<string, TextPosition>, path: TomlPath, node: AST.TOMLNode): void {
  const { line, column } = node.loc.start;
  const length = path.reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
  if (path.length > DEEPEST_PATH || length > LONGEST_PATH) {
    const what = path.length > DEEPEST_PATH ? 'it is nested too deeply' : 'the name is too long';
    throw new TomlSyntaxError(`not taken: ${what}`, { line, column: column + 1 });
  }
  const key = JSON.stringify(path);
  if (!table.has(key)) table.set(key, { line, column: column + 1 });
}

/** Reads a document. Throws `TomlSyntaxError`. */
export function readToml(text: string): TomlDocument {
  const values = parseValues(text);
  const positions = new PositionTable();
  positions.addTop(parseTree(text).body[0]);
  return {
    values,
    keyPosition: (path) => positions.keys.get(JSON.stringify(path)),
    valuePosition: (path) =>
      positions.values.get(JSON.stringify(path)) ?? positions.keys.get(JSON.stringify(path)),
  };
}
