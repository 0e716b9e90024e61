/**
 * Reads the index of a git repository: what git holds of a work tree. Promises: bounded by the size of what it is given,
 * and null for everything that is not plainly understood, because agents may have written it. Format:
 * https://git-scm.com/docs/index-format
 */
import { createHash } from 'node:crypto';

export interface IndexEntry {
  /** With the kind of file, as in `stat`. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  /** Of the content, in hexadecimal. */
  readonly objectId: string;
  /** Not 0 while a merge is not settled. */
  readonly stage: number;
}

export interface GitIndex {
  readonly hash: 'sha1' | 'sha256';
  /** By path below the top of the work tree. A folder that stands for all in it ends in `/`. */
  readonly entries: ReadonlyMap<string, IndexEntry>;
}

const MAX_ENTRIES = 200_000;
const MAX_NAME_BYTES = 4096;
/** Of all names: version 4 writes long ones in a few bytes each. */
const MAX_NAMES_BYTES = 32 * 1024 * 1024;

const FIXED_BYTES = 40;
const HEAD_BYTES = 12;
const EXTENDED = 0x4000;

interface Layout {
  readonly bytes: Buffer;
  readonly version: number;
  readonly hash: GitIndex['hash'];
  readonly hashBytes: number;
  /** Where the checksum begins. */
  readonly end: number;
}

/** What the index says; null where it is damaged, or of a form that is not read here (split, or one of later versions). */
export function readGitIndex(bytes: Buffer): GitIndex | null {
  const layout = readLayout(bytes);
  if (layout === null) return null;
  const count = bytes.readUInt32BE(8);
  if (count > MAX_ENTRIES) return null;
  const entries = new Map<string, IndexEntry>();
  let at = HEAD_BYTES;
  let name = '';
  let namesBytes = 0;
  for (let number = 0; number < count; number++) {
    const read = readEntry(layout, at, name);
    if (read === null) return null;
    at = read.next;
    name = read.name;
    namesBytes += name.length;
    if (namesBytes > MAX_NAMES_BYTES) return null;
    const path = Buffer.from(name, 'latin1').toString('utf8');
    const before = entries.get(path);
    // Of an unsettled merge there are several: any of them says so.
    if (before === undefined || before.stage === 0) entries.set(path, read.entry);
  }
  return hasKnownExtensions(layout, at) ? { hash: layout.hash, entries } : null;
}

function readLayout(bytes: Buffer): Layout | null {
  if (bytes.length < HEAD_BYTES + 20 || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  for (const [hash, hashBytes] of [
    ['sha1', 20],
    ['sha256', 32],
  ] as const) {
    const end = bytes.length - hashBytes;
    if (end < HEAD_BYTES) continue;
    const said = bytes.subarray(end);
    const layout = { bytes, version, hash, hashBytes, end };
    if (createHash(hash).update(bytes.subarray(0, end)).digest().equals(said)) return layout;
  }
  // `index.skipHash` writes zeros in its place; the length of the hash is then not known.
  return null;
}

interface ReadEntry {
  /** A character for each byte: version 4 counts bytes, and names need not be text. */
  readonly name: string;
  readonly entry: IndexEntry;
  readonly next: number;
}

function readEntry({ bytes, version, hashBytes, end }: Layout, at: number, before: string): ReadEntry | null {
  const flagsAt = at + FIXED_BYTES + hashBytes;
  if (flagsAt + 2 > end) return null;
  const flags = bytes.readUInt16BE(flagsAt);
  const isExtended = (flags & EXTENDED) !== 0;
  if (isExtended && version < 3) return null;
  const nameAt = flagsAt + (isExtended ? 4 : 2);
  const found = version === 4 ? readShortened(bytes, nameAt, before) : readName(bytes, nameAt);
  if (found === null || found.end >= end || found.name === '' || found.name.length > MAX_NAME_BYTES)
    return null;
  const entry: IndexEntry = {
    mtimeSeconds: bytes.readUInt32BE(at + 8),
    mtimeNanoseconds: bytes.readUInt32BE(at + 12),
    mode: bytes.readUInt32BE(at + 24),
    sizeBytes: bytes.readUInt32BE(at + 36),
    objectId: bytes.toString('hex', at + FIXED_BYTES, flagsAt),
    stage: (flags >> 12) & 3,
  };
  // Before version 4 one to eight zeros fill up to a multiple of eight.
  const next = version === 4 ? found.end + 1 : at + (((found.end - at) & ~7) + 8);
  return { name: found.name, entry, next };
}

/** `end`: where the zero behind it stands. */
interface FoundName {
  readonly name: string;
  readonly end: number;
}

function readName(bytes: Buffer, at: number): FoundName | null {
  const end = bytes.indexOf(0, at);
  return end < 0 ? null : { name: bytes.toString('latin1', at, end), end };
}

/** Version 4: how many bytes of the name before are taken away, then what is put in their place. */
function readShortened(bytes: Buffer, at: number, before: string): FoundName | null {
  let place = at;
  let byte = bytes[place++] ?? 0;
  let cut = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[place++] ?? 0;
    cut = ((cut + 1) << 7) | (byte & 0x7f);
    if (place > at + 4) return null;
  }
  const rest = readName(bytes, place);
  if (rest === null || cut > before.length) return null;
  return { name: before.slice(0, before.length - cut) + rest.name, end: rest.end };
}

/** Those in capitals may be passed over; of the others only the one of folders that stand for all in them is understood. */
function hasKnownExtensions({ bytes, end }: Layout, from: number): boolean {
  let at = from;
  while (at + 8 <= end) {
    const name = bytes.toString('latin1', at, at + 4);
    if (!/^[A-Z]/.test(name) && name !== 'sdir') return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end;
}
