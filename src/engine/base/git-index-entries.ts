/**
 * The entries of a git index, one after the other. Promises: bounded by the size of what it is given; null where an entry
 * is not plainly understood. Does not look at the checksum. Format: https://git-scm.com/docs/index-format
 */

/** What must be known of an index to find its entries. */
export interface IndexLayout {
  readonly bytes: Buffer;
  /** 2 to 4. */
  readonly version: number;
  /** How long the names of objects are. */
  readonly hashBytes: 20 | 32;
}

interface IndexEntryPlace {
  /** Of the file, with its kind, as in `stat`. */
  readonly mode: number;
  readonly flags: number;
  /** Below the top of the work tree; a character for each byte: version 4 counts bytes, and names need not be text. */
  readonly name: () => string;
  /** Where the next entry begins. */
  readonly next: number;
}

/** Where the first entry begins. */
export const INDEX_HEAD_BYTES = 12;
/** In front of an entry's object name. */
export const ENTRY_FIXED_BYTES = 40;

const MODE_AT = 24;
const EXTENDED = 0x4000;
const NAME_MASK = 0xfff;
const MAX_NAME_BYTES = 4096;

/** The version of an index; null for what is none, or of a version that is not read. */
export function readIndexVersion(bytes: Buffer): number | null {
  if (bytes.length < INDEX_HEAD_BYTES || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  return version < 2 || version > 4 ? null : version;
}

/** The entry that begins at `at`. `before`: the name of the one in front, which version 4 writes on. */
export function readIndexEntry(layout: IndexLayout, at: number, before: string): IndexEntryPlace | null {
  const { bytes, version, hashBytes } = layout;
  const end = bytes.length - hashBytes;
  const flagsAt = at + ENTRY_FIXED_BYTES + hashBytes;
  if (flagsAt + 4 > end) return null;
  const flags = bytes.readUInt16BE(flagsAt);
  const isExtended = (flags & EXTENDED) !== 0;
  if (isExtended && version < 3) return null;
  const nameAt = flagsAt + (isExtended ? 4 : 2);
  const found = version === 4 ? findShortened(bytes, nameAt, before) : findName(bytes, nameAt, flags);
  if (found === null || found.end >= end || bytes[found.end] !== 0) return null;
  // Before version 4 one to eight zeros fill up to a multiple of eight.
  const next = version === 4 ? found.end + 1 : at + (((found.end - at) & ~7) + 8);
  return { mode: bytes.readUInt32BE(at + MODE_AT), flags, name: found.name, next };
}

/** `end`: where the zero behind it stands. */
interface FoundName {
  readonly name: () => string;
  readonly end: number;
}

function findName(bytes: Buffer, at: number, flags: number): FoundName | null {
  const said = flags & NAME_MASK;
  const end = said === NAME_MASK ? bytes.indexOf(0, at + NAME_MASK) : at + said;
  if (end <= at || end - at > MAX_NAME_BYTES) return null;
  return { name: () => bytes.toString('latin1', at, end), end };
}

/** Version 4: how many bytes of the name before are taken away, then what is put in their place. */
function findShortened(bytes: Buffer, at: number, before: string): FoundName | null {
  let place = at;
  let byte = bytes[place++] ?? 0;
  let cut = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    if (place > at + 4) return null;
    byte = bytes[place++] ?? 0;
    cut = ((cut + 1) << 7) | (byte & 0x7f);
  }
  const end = bytes.indexOf(0, place);
  if (end < 0 || cut > before.length) return null;
  const name = before.slice(0, before.length - cut) + bytes.toString('latin1', place, end);
  return name === '' || name.length > MAX_NAME_BYTES ? null : { name: () => name, end };
}
