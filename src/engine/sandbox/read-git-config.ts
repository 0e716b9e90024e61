/**
 * Reads a configuration of git by git's own grammar, character by character: https://git-scm.com/docs/git-config "Syntax".
 * Promises: time in proportion to the length, bounded names, and `OddConfig` for all that git would not
 * take, or that is longer than people write. Without it a key could be hidden behind a spelling that only git understands.
 */

export interface GitSetting {
  /** Small letters. */
  readonly section: string;
  /** What stands between section and key, as it is written; null without one. */
  readonly part: string | null;
  /** Small letters. */
  readonly key: string;
  /** Null for a key that stands alone, which means yes. */
  readonly value: string | null;
}

/** It is not plainly a configuration; `message` says why, as a noun. */
export class OddConfig extends Error {}

const MAX_NAME_CHARS = 256;
const MAX_VALUE_CHARS = 8192;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const ESCAPES = new Map([
  ['t', '\t'],
  ['b', '\b'],
  ['n', '\n'],
  ['\\', '\\'],
  ['"', '"'],
]);

/**
 * The settings one after the other.
 * @param text A character for each byte.
 * @throws OddConfig where it is reached.
 */
export function* readGitConfig(text: string): Generator<GitSetting> {
  const reader = new Characters(text);
  let name: string | null = null;
  for (;;) {
    const character = reader.next();
    if (character === '\n' && reader.isEnded) return;
    if (isSpace(character)) continue;
    if (character === '#' || character === ';') skipComment(reader);
    else if (character === '[') name = readHeader(reader);
    else if (!/[a-z]/i.test(character) || name === null) throw unclear();
    else yield readSetting(reader, name, character);
  }
}

class Characters {
  readonly #text: string;
  #at: number;
  isEnded = false;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  }

  /** As git does it: a line end is one character in both spellings, and the end of the file is one, too. */
  next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) {
      this.isEnded = true;
      return '\n';
    }
    if (character === '\0') throw unclear();
    if (character !== '\r' || this.#text[this.#at] !== '\n') return character;
    this.#at++;
    return '\n';
  }
}

/** A backslash before the end of its line does not carry a comment on. */
function skipComment(reader: Characters): void {
  while (reader.next() !== '\n');
}

/** Behind `[`: section and part, joined by a dot as git does it. */
function readHeader(reader: Characters): string {
  let name = '';
  for (;;) {
    const character = reader.next();
    if (character === ']' && name !== '') return name;
    if (isSpace(character)) return bounded(`${name}.${readPart(reader, character)}`);
    if (!/[a-z0-9.-]/i.test(character)) throw unclear();
    name = bounded(name + character.toLowerCase());
  }
}

/** The part in quotes, and the bracket behind it. */
function readPart(reader: Characters, space: string): string {
  let character = space;
  while (isSpace(character)) {
    if (character === '\n') throw unclear();
    character = reader.next();
  }
  if (character !== '"') throw unclear();
  let part = '';
  for (;;) {
    character = reader.next();
    if (character === '"') break;
    if (character === '\\') character = reader.next();
    if (character === '\n') throw unclear();
    part = bounded(part + character);
  }
  if (reader.next() !== ']') throw unclear();
  return part;
}

function readSetting(reader: Characters, name: string, first: string): GitSetting {
  let key = first;
  let character = reader.next();
  while (/[a-z0-9-]/i.test(character)) {
    key = bounded(key + character);
    character = reader.next();
  }
  while (character === ' ' || character === '\t') character = reader.next();
  if (character !== '\n' && character !== '=') throw unclear();
  const value = character === '=' ? readValue(reader) : null;
  // The deprecated `[section.part]` is the same as `[section "part"]`.
  const dot = name.indexOf('.');
  return {
    section: dot < 0 ? name : name.slice(0, dot),
    part: dot < 0 ? null : name.slice(dot + 1),
    key: key.toLowerCase(),
    value,
  };
}

/** Behind `=`, to the end of the line. Spaces around it do not belong to it, others in it become plain ones. */
function readValue(reader: Characters): string {
  let value = '';
  let spaces = '';
  for (let character = reader.next(); character !== '\n'; character = reader.next()) {
    if (character === '#' || character === ';') {
      skipComment(reader);
      return value;
    }
    if (isSpace(character)) {
      spaces += value === '' ? '' : ' ';
      continue;
    }
    value = boundedValue(value + spaces + readPiece(reader, character));
    spaces = '';
  }
  return value;
}

/** One character, or all up to the next quote. */
function readPiece(reader: Characters, first: string): string {
  if (first === '\\') return readEscape(reader);
  if (first !== '"') return first;
  let value = '';
  for (let character = reader.next(); character !== '"'; character = reader.next()) {
    if (character === '\n') throw unclear();
    value = boundedValue(value + (character === '\\' ? readEscape(reader) : character));
  }
  return value;
}

/** Behind a backslash. One before a line end takes both away. */
function readEscape(reader: Characters): string {
  const character = reader.next();
  if (character === '\n') return '';
  const meant = ESCAPES.get(character);
  if (meant === undefined) throw unclear();
  return meant;
}

function bounded(name: string): string {
  if (name.length > MAX_NAME_CHARS) throw new OddConfig(`a name of more than ${MAX_NAME_CHARS} bytes`);
  return name;
}

function boundedValue(value: string): string {
  if (value.length > MAX_VALUE_CHARS) throw new OddConfig(`a value of more than ${MAX_VALUE_CHARS} bytes`);
  return value;
}

/** What git takes for one. A page feed is none. */
function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function unclear(): OddConfig {
  return new OddConfig('a configuration that is not plainly one');
}
