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

/** The first of the path itself and the folders above it, without `/`, that `find` knows. The path is absolute. */
export function findAbove<Found>(
  path: string,
  find: (ancestor: string) => Found | undefined,
): Found | undefined {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = find(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The entry that decides about an absolute path; undefined when none holds it. */
export function findEntry(path: string, profile: AccessProfile): PathEntry | undefined {
  const { entries } = indexOf(profile);
  return findAbove(path, (ancestor) => entries.get(ancestor));
}

/** The pattern that denies a path or a folder above it. */
export function findDenyingGlob(path: string, profile: AccessProfile): string | undefined {
  const { patterns } = indexOf(profile);
  if (patterns.length === 0) return undefined;
  const parts = splitPath(path);
  return patterns.find(({ pattern }) => fitsPattern(pattern, parts))?.text;
}
