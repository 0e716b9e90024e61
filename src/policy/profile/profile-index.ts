/**
 * What a profile says of a path. Promises: the longest entry that holds the path decides, at the same path deny > write >
 * read; a pattern of `denyGlobs` beats every entry. The work grows with the depth of the path, not with the entries.
 */
import type { AccessProfile, PathEntry } from '../../protocol/index.ts';
import { fitsPattern, type PathPattern, readPattern, splitPath } from './match-pattern.ts';

interface ProfileIndex {
  readonly entries: ReadonlyMap<string, PathEntry>;
  readonly patterns: readonly { readonly text: string; readonly pattern: PathPattern }[];
}

const STRENGTH = { read: 0, write: 1, deny: 2 } as const;
const INDEXES = new WeakMap<AccessProfile, ProfileIndex>();

function indexOf(profile: AccessProfile): ProfileIndex {
  const known = INDEXES.get(profile);
  if (known !== undefined) return known;
  const entries = new Map<string, PathEntry>();
  for (const entry of profile.entries) {
    const other = entries.get(entry.path);
    if (other === undefined || STRENGTH[other.access] < STRENGTH[entry.access])
      entries.set(entry.path, entry);
  }
  const patterns = profile.denyGlobs.map((text) => ({ text, pattern: readPattern(text) }));
  const index = { entries, patterns };
  INDEXES.set(profile, index);
  return index;
}

/** The path itself and every folder above it, the longest first, without `/`. */
export function* listAncestors(path: string): Generator<string> {
  for (let at = path; at !== '' && at !== '/'; at = at.slice(0, at.lastIndexOf('/'))) yield at;
}

/** The entry that decides about an absolute path; undefined when none holds it. */
export function findEntry(path: string, profile: AccessProfile): PathEntry | undefined {
  const { entries } = indexOf(profile);
  for (const ancestor of listAncestors(path)) {
    const entry = entries.get(ancestor);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** The pattern that denies a path or a folder above it. */
export function findDenyingGlob(path: string, profile: AccessProfile): string | undefined {
  const { patterns } = indexOf(profile);
  if (patterns.length === 0) return undefined;
  const parts = splitPath(path);
  return patterns.find(({ pattern }) => fitsPattern(pattern, parts))?.text;
}
