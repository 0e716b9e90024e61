import type { AccessGrant, ConfigSnapshot, HostPort, PathFact } from '../protocol/index.ts';
import { classifyPath } from './path-access.ts';
import { baseOf, isAtOrBelow, joinPath, parentOf } from './path-access-join.ts';

/** A path that a grant would open, with why it is that path and not a narrower one. */
export interface GrantPath {
  readonly path: string;
  /** A sentence for the card when more than the named file has to be opened; absent when it is exactly that file. */
  readonly why?: string;
}

/** Where a path is looked up from. */
export interface PathBase {
  readonly cwd: string;
  readonly home: string;
}

/**
 * The real path that a missing file would have. Facts give the nearest existing folder, or the whole path; both are
 * understood, and the longer one is taken, because a protected name may be the part that is missing.
 */
export function missingPathOf(fact: PathFact, base: PathBase): string | null {
  if (fact.real === null) return null;
  const written = joinPath(fact.text, base.cwd, base.home);
  if (fact.real === written || isAtOrBelow(written, fact.real)) return written;
  return baseOf(fact.real) === baseOf(written)
    ? fact.real
    : `${fact.real === '/' ? '' : fact.real}/${baseOf(written)}`;
}

function folderOfMissing(fact: PathFact, real: string, base: PathBase): string {
  const written = joinPath(fact.text, base.cwd, base.home);
  const isWhole = real === written || (!isAtOrBelow(written, real) && baseOf(real) === baseOf(written));
  return isWhole ? parentOf(real) : real;
}

/**
 * The narrowest path that lets a step use what `fact` describes: an existing file or folder itself; for a file that is
 * to be made or removed, the folder that holds its name. Null when the path is unknown or only `/` would do.
 */
export function leastGrantPath(fact: PathFact, base: PathBase): GrantPath | null {
  const { real } = fact;
  if (real === null || fact.kind === 'unknown') return null;
  const narrow = (path: string, why: string): GrantPath | null => (path === '/' ? null : { path, why });
  if (fact.repository !== undefined && (fact.use === 'write' || fact.use === 'delete'))
    return narrow(
      fact.repository,
      `It is git's own: a yes opens ${fact.repository} without its hooks and configuration, and for longer than once for every program.`,
    );
  if (fact.kind === 'missing') {
    const folder = fact.existingParent ?? folderOfMissing(fact, real, base);
    return narrow(folder, `Because it does not exist yet, a yes opens the folder ${folder}.`);
  }
  if (fact.use === 'delete') {
    const folder = parentOf(real);
    return narrow(folder, `Because removing a name changes the folder that holds it, a yes opens ${folder}.`);
  }
  return real === '/' ? null : { path: real };
}

/** A name that is denied in a folder that may be written: it can be made as it is, and there is nothing to open for it. */
function isMadeUnopened(fact: PathFact, base: PathBase, snapshot: ConfigSnapshot | undefined): boolean {
  if (snapshot === undefined || snapshot.sandboxMode === 'danger-full-access') return false;
  if (fact.kind !== 'missing' || fact.use !== 'write' || fact.real === null) return false;
  const name = missingPathOf(fact, base);
  const place = name === null ? 'outside' : classifyPath(name, snapshot);
  if (place !== 'denied' && place !== 'secret') return false;
  return classifyPath(fact.existingParent ?? folderOfMissing(fact, fact.real, base), snapshot) === 'inside';
}

function isNothingToRemove(fact: PathFact): boolean {
  return fact.use === 'delete' && fact.kind === 'missing' && fact.real !== null;
}

/** True when all that a grant opens is the folders of git repositories, which come without hooks and configuration. */
export function isRepositoryGrant(grant: AccessGrant | undefined): boolean {
  if (grant === undefined || grant.write.length === 0) return false;
  const isElsewhere = grant.read.length + grant.hosts.length + grant.sockets.length > 0;
  return !isElsewhere && grant.write.every(isRepositoryPath);
}

/** By its name: `.git`, and what submodules and linked worktrees have below one. */
export function isRepositoryPath(path: string): boolean {
  return /\/\.git(?:\/(?:modules|worktrees)\/.+)?$/.test(path);
}

/** What a step needs beyond the access of its session. */
export interface MissingAccess {
  readonly paths: readonly PathFact[];
  readonly hosts: readonly HostPort[];
}

/**
 * The least access that would let a step do what it is known to need, and sentences for where it is wider than what the
 * step names. Undefined when some part of it cannot be granted (half a grant would only fail later), and when it needs
 * nothing: what does not exist and is only removed takes no folder, and with a `snapshot` neither does a denied name that
 * is to be made where the session writes anyway.
 */
export function leastGrant(
  missing: MissingAccess,
  base: PathBase,
  snapshot?: ConfigSnapshot,
): { grant: AccessGrant; notes: string[] } | undefined {
  const read = new Set<string>();
  const write = new Set<string>();
  const notes = new Set<string>();
  for (const fact of missing.paths) {
    if (isNothingToRemove(fact) || isMadeUnopened(fact, base, snapshot)) continue;
    const opened = leastGrantPath(fact, base);
    if (opened === null) return undefined;
    const isReading = fact.use === 'read' || fact.use === 'execute';
    (isReading ? read : write).add(opened.path);
    if (opened.why !== undefined) notes.add(opened.why);
  }
  if (read.size + write.size + missing.hosts.length === 0) return undefined;
  const grant: AccessGrant = { read: [...read], write: [...write], hosts: [...missing.hosts], sockets: [] };
  return { grant, notes: [...notes] };
}
