/**
 * The submodules that the index of a repository names. Promises: bounded by the size of what it is given; null where an
 * index is not understood. It may name too many: what is read is only looked at. Format:
 * https://git-scm.com/docs/index-format
 */
import type { Pieces } from './inspection-budget.ts';

const GITLINK = 0o160000;
const KIND = 0o170000;
const HEAD_BYTES = 12;
const EXTENDED = 0x4000;
const NAME_MASK = 0xfff;
const MAX_NAME_BYTES = 4096;
const MAX_FOUND = 2000;
/** Between two pieces. */
const PIECE_ENTRIES = 2000;

/** Paths below the top of the work tree. */
export function* listGitlinks(bytes: Buffer): Pieces<string[] | null> {
  const version =
    bytes.length < HEAD_BYTES || bytes.toString('latin1', 0, 4) !== 'DIRC' ? 0 : bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  // Which hash it is, only the configuration tells.
  const byHash: Array<string[] | null> = [];
  for (const hashBytes of [20, 32]) byHash.push(yield* listWith({ bytes, version, hashBytes }));
  const understood = byHash.filter((names) => names !== null);
  return understood.length === 0 ? null : [...new Set(understood.flat())];
}

interface Layout {
  readonly bytes: Buffer;
  readonly version: number;
  readonly hashBytes: number;
}

function* listWith(layout: Layout): Pieces<string[] | null> {
  const { bytes, hashBytes } = layout;
  const found: string[] = [];
  const count = bytes.readUInt32BE(8);
  const end = bytes.length - hashBytes;
  let at = HEAD_BYTES;
  let name = '';
  for (let number = 0; number < count; number++) {
    if (number % PIECE_ENTRIES === PIECE_ENTRIES - 1) yield;
    const read = readEntry(layout, at, name);
    if (read === null || read.next > end || found.length >= MAX_FOUND) return null;
    if (read.isGitlink) found.push(Buffer.from(read.name(), 'latin1').toString('utf8'));
    if (layout.version === 4) name = read.name();
    at = read.next;
  }
  return found;
}

interface Entry {
  readonly isGitlink: boolean;
  /** A character for each byte. */
  readonly name: () => string;
  readonly next: number;
}

function readEntry({ bytes, version, hashBytes }: Layout, at: number, before: string): Entry | null {
  const flagsAt = at + 40 + hashBytes;
  if (flagsAt + 4 > bytes.length) return null;
  const flags = bytes.readUInt16BE(flagsAt);
  const isGitlink = (bytes.readUInt32BE(at + 24) & KIND) === GITLINK;
  const nameAt = flagsAt + (version > 2 && (flags & EXTENDED) !== 0 ? 4 : 2);
  if (version === 4) return readShortened(bytes, nameAt, { before, isGitlink });
  const said = flags & NAME_MASK;
  const nameEnd = said === NAME_MASK ? bytes.indexOf(0, nameAt + NAME_MASK) : nameAt + said;
  if (nameEnd < 0 || nameEnd - nameAt > MAX_NAME_BYTES) return null;
  const name = (): string => bytes.toString('latin1', nameAt, nameEnd);
  // One to eight zeros fill up to a multiple of eight.
  return { isGitlink, name, next: at + (((nameEnd - at) & ~7) + 8) };
}

interface Begun {
  readonly before: string;
  readonly isGitlink: boolean;
}

/** Version 4: how many bytes of the name before are taken away, then what is put in their place. */
function readShortened(bytes: Buffer, at: number, { before, isGitlink }: Begun): Entry | null {
  let place = at;
  let byte = bytes[place++] ?? 0;
  let cut = byte & 0x7f;
  while ((byte & 0x80) !== 0 && place < at + 4) {
    byte = bytes[place++] ?? 0;
    cut = ((cut + 1) << 7) | (byte & 0x7f);
  }
  const end = bytes.indexOf(0, place);
  if (end < 0 || cut > before.length) return null;
  const name = before.slice(0, before.length - cut) + bytes.toString('latin1', place, end);
  return name.length > MAX_NAME_BYTES ? null : { isGitlink, name: () => name, next: end + 1 };
}
