/**
 * The submodules that the index of a repository names. Promises: bounded by the size of what it is given; null where an
 * index is not understood. It may name too many: what is read is only looked at.
 */
import { INDEX_HEAD_BYTES, type IndexLayout, readIndexEntry, readIndexVersion } from '../base/index.ts';
import type { Pieces } from './inspection-budget.ts';

const GITLINK = 0o160000;
const KIND = 0o170000;
const MAX_FOUND = 2000;
/** Between two pieces. */
const PIECE_ENTRIES = 2000;

/** Paths below the top of the work tree. */
export function* listGitlinks(bytes: Buffer): Pieces<string[] | null> {
  const version = readIndexVersion(bytes);
  if (version === null) return null;
  // Which hash it is, only the configuration tells.
  const byHash: Array<string[] | null> = [];
  for (const hashBytes of [20, 32] as const) byHash.push(yield* listWith({ bytes, version, hashBytes }));
  const understood = byHash.filter((names) => names !== null);
  return understood.length === 0 ? null : [...new Set(understood.flat())];
}

function* listWith(layout: IndexLayout): Pieces<string[] | null> {
  const found: string[] = [];
  const count = layout.bytes.readUInt32BE(8);
  let at = INDEX_HEAD_BYTES;
  let name = '';
  for (let number = 0; number < count; number++) {
    if (number % PIECE_ENTRIES === PIECE_ENTRIES - 1) yield;
    const read = readIndexEntry(layout, at, name);
    if (read === null || found.length >= MAX_FOUND) return null;
    if ((read.mode & KIND) === GITLINK) found.push(Buffer.from(read.name(), 'latin1').toString('utf8'));
    if (layout.version === 4) name = read.name();
    at = read.next;
  }
  return found;
}
