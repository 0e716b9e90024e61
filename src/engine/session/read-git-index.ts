/**
 * Reads the index of a git repository: what git holds of a work tree. Promises: bounded by the size of what it is given,
 * and null for everything that is not plainly understood, because agents may have written it.
 */
import { createHash } from 'node:crypto';
import {
  ENTRY_FIXED_BYTES,
  INDEX_HEAD_BYTES,
  type IndexLayout,
  readIndexEntry,
  readIndexVersion,
} from '../base/index.ts';

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
/** Of all names: version 4 writes long ones in a few bytes each. */
const MAX_NAMES_BYTES = 32 * 1024 * 1024;

interface CheckedLayout extends IndexLayout {
  readonly hash: GitIndex['hash'];
}

/** What the index says; null where it is damaged, or of a form that is not read here (split, or one of later versions). */
export function readGitIndex(bytes: Buffer): GitIndex | null {
  const layout = checkLayout(bytes);
  const count = layout === null ? 0 : bytes.readUInt32BE(8);
  if (layout === null || count > MAX_ENTRIES) return null;
  const entries = new Map<string, IndexEntry>();
  let at = INDEX_HEAD_BYTES;
  let name = '';
  let namesBytes = 0;
  for (let number = 0; number < count; number++) {
    const read = readIndexEntry(layout, at, name);
    if (read === null) return null;
    name = read.name();
    namesBytes += name.length;
    if (namesBytes > MAX_NAMES_BYTES) return null;
    const path = Buffer.from(name, 'latin1').toString('utf8');
    const before = entries.get(path);
    // Of an unsettled merge there are several: any of them says so.
    if (before === undefined || before.stage === 0) entries.set(path, entryAt(layout, at, read));
    at = read.next;
  }
  return hasKnownExtensions(layout, at) ? { hash: layout.hash, entries } : null;
}

/** Null where no checksum is right. `index.skipHash` writes zeros in its place; the length of the hash is then not known. */
function checkLayout(bytes: Buffer): CheckedLayout | null {
  const version = readIndexVersion(bytes);
  if (version === null) return null;
  for (const [hash, hashBytes] of [
    ['sha1', 20],
    ['sha256', 32],
  ] as const) {
    const end = bytes.length - hashBytes;
    if (end < INDEX_HEAD_BYTES) continue;
    const isRight = createHash(hash).update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end));
    if (isRight) return { bytes, version, hash, hashBytes };
  }
  return null;
}

function entryAt(
  { bytes, hashBytes }: IndexLayout,
  at: number,
  { mode, flags }: { readonly mode: number; readonly flags: number },
): IndexEntry {
  const objectAt = at + ENTRY_FIXED_BYTES;
  return {
    mtimeSeconds: bytes.readUInt32BE(at + 8),
    mtimeNanoseconds: bytes.readUInt32BE(at + 12),
    mode,
    sizeBytes: bytes.readUInt32BE(at + 36),
    objectId: bytes.toString('hex', objectAt, objectAt + hashBytes),
    stage: (flags >> 12) & 3,
  };
}

/** Those in capitals may be passed over; of the others only the one of folders that stand for all in them is understood. */
function hasKnownExtensions({ bytes, hashBytes }: IndexLayout, from: number): boolean {
  const end = bytes.length - hashBytes;
  let at = from;
  while (at + 8 <= end) {
    const name = bytes.toString('latin1', at, at + 4);
    if (!/^[A-Z]/.test(name) && name !== 'sdir') return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end;
}
