import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { makeConfigFault } from './config-fault.ts';
import { readToml, type TextPosition, type TomlDocument, TomlSyntaxError } from './read-toml.ts';

/** Far more than anybody writes by hand; a larger one is a mistake, or meant to hang the reader. */
const LARGEST_FILE_BYTES = 1024 * 1024;

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

const OPEN_FAILURES: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ['cannot be read: permission denied', 'Make it readable for you: chmod u+r FILE'],
  ENOENT: ['is a symbolic link that leads nowhere', 'Repair or remove the link'],
  ELOOP: ['cannot be read: its symbolic links form a loop', 'Repair or remove the link'],
};

/** The bytes of a regular file of bounded size; undefined when there is no such file. */
function readBytes(file: string, largest: number): Buffer | undefined {
  let descriptor: number;
  try {
    // Non-blocking, so that a named pipe in its place cannot make the start hang.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const code = codeOf(thrown);
    if ((code === 'ENOENT' && !isLink(file)) || code === 'ENOTDIR') return undefined;
    const [what, hint] = OPEN_FAILURES[code] ?? [
      `cannot be read: ${code}`,
      'Make it a readable file, or remove it',
    ];
    throw makeConfigFault({
      place: { file, position: undefined },
      what,
      hint,
      code: 'config-unreadable',
      cause: thrown,
    });
  }
  try {
    const stat = fstatSync(descriptor);
    const place = { file, position: undefined };
    if (!stat.isFile()) {
      const hint = 'Put a regular file there, or remove it';
      throw makeConfigFault({ place, what: 'is not a regular file', hint, code: 'config-unreadable' });
    }
    if (stat.size > largest) {
      const what = `is ${stat.size} bytes long; at most ${largest} are read`;
      throw makeConfigFault({ place, what, hint: 'Make it shorter', code: 'config-too-large' });
    }
    const bytes = Buffer.alloc(stat.size);
    const length = readSync(descriptor, bytes, 0, stat.size, 0);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Where the first byte stands that is not UTF-8. */
function findBadByte(bytes: Buffer): TextPosition {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end === -1 ? bytes.length : end);
    try {
      decoder.decode(part);
    } catch {
      const good = new TextDecoder().decode(part).indexOf('\ufffd');
      return { line, column: Math.max(0, good) + 1 };
    }
    if (end === -1) return { line, column: 1 };
    line++;
    start = end + 1;
  }
}

function decodeText(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    throw makeConfigFault({
      place: { file, position: findBadByte(bytes) },
      what: 'the file is not UTF-8 text',
      hint: 'Save it in UTF-8',
      code: 'config-not-utf8',
      cause: thrown,
    });
  }
}

/**
 * The text of one configuration file, a byte order mark among it; undefined when there is none. Throws a `user` fault
 * with the place when it cannot be read, is too large or not UTF-8.
 */
export function readConfigText(file: string, largest = LARGEST_FILE_BYTES): string | undefined {
  const bytes = readBytes(file, largest);
  return bytes === undefined ? undefined : decodeText(file, bytes);
}

/** What the text of a configuration file says. Throws a `user` fault with the place when it is not TOML. */
export function parseConfigText(file: string, text: string): TomlDocument {
  try {
    return readToml(text.replace(/^\ufeff/, ''));
  } catch (thrown) {
    if (!(thrown instanceof TomlSyntaxError)) throw thrown;
    throw makeConfigFault({
      place: { file, position: thrown.position },
      what: thrown.message,
      hint: 'Correct that line; the format is TOML (https://toml.io)',
      code: 'config-syntax',
      cause: thrown,
    });
  }
}

/**
 * Reads one configuration file of at most `largest` bytes; undefined when there is none. Throws a `user` fault with the
 * place when it cannot be read, is too large, not UTF-8 or not TOML.
 */
export function readConfigFile(file: string, largest?: number): TomlDocument | undefined {
  const text = readConfigText(file, largest);
  return text === undefined ? undefined : parseConfigText(file, text);
}
