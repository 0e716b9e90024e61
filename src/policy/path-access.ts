/**
 * Where a real path stands in the access of a session. Promises: protected names count anywhere below a writable root,
 * in any letter case, whether they exist or not; a secret stays a secret inside a writable root. Does not promise that
 * the path is real: who asks resolves symbolic links first. Without it a write to `.git/hooks` would pass as a write
 * in the workspace.
 */
import type { ConfigSnapshot, PathEntry } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { isAtOrBelow } from './path-access-join.ts';
import { decidePath, findAbove, type PathDecision } from './profile/index.ts';

/**
 * `inside`: may be written; `protected`: read-only although below a writable root; `secret`: not even read; `denied`: not
 * even read, because a profile or `.sallyportignore` says so; `unreadable`: not even read, because the profile lists what
 * may be read; `scratch`: the session's own temporary files, which vanish; `device`: a harmless device such as /dev/null;
 * `outside`: the rest, which may be read only.
 */
export type PathClass =
  | 'inside'
  | 'protected'
  | 'secret'
  | 'denied'
  | 'unreadable'
  | 'outside'
  | 'scratch'
  | 'device';

const PLAIN_DEVICES = new Set([
  'null',
  'zero',
  'full',
  'random',
  'urandom',
  'tty',
  'stdin',
  'stdout',
  'stderr',
  'ptmx',
]);

function isPlainDevice(real: string): boolean {
  if (!real.startsWith('/dev/')) return false;
  const name = real.slice('/dev/'.length);
  return PLAIN_DEVICES.has(name) || /^(fd|pts)\/\d+$/.test(name);
}

const SETS = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The longest of the paths that holds `real`. Costs the depth of the path, not the length of the list. */
function longestAbove(real: string, paths: readonly string[]): string | null {
  if (paths.length === 0) return null;
  const known = SETS.get(paths);
  const set = known ?? new Set(paths);
  if (known === undefined) SETS.set(paths, set);
  const above = findAbove(real, (ancestor) => (set.has(ancestor) ? ancestor : undefined));
  return above ?? (set.has('/') ? '/' : null);
}

/** The writable root that a path lies below, the longest first; in danger-full-access the workspace is one too. */
export function rootOf(real: string, snapshot: ConfigSnapshot): string | null {
  const root = longestAbove(real, snapshot.writableRoots);
  const { sandboxMode, workspace } = snapshot;
  if (sandboxMode !== 'danger-full-access' || !isAtOrBelow(real, workspace)) return root;
  return root === null || root.length < workspace.length ? workspace : root;
}

/** True when a component below `root` has one of the names, in any letter case. */
function hasProtectedName(below: string, names: readonly string[]): boolean {
  const padded = `${below.toLowerCase()}/`;
  return names.some((name) => padded.includes(`/${name.toLowerCase()}/`));
}

function isProtected(real: string, snapshot: ConfigSnapshot): boolean {
  const { writableRoots, protectedPaths, protectedNames, sandboxMode, workspace } = snapshot;
  if (longestAbove(real, protectedPaths) !== null) return true;
  // The outermost root: a name counts anywhere below it.
  const isOpen = sandboxMode === 'danger-full-access' && isAtOrBelow(real, workspace);
  const roots = isOpen ? [workspace, ...writableRoots] : writableRoots;
  if (!hasProtectedName(real, protectedNames)) return false;
  return roots.some(
    (root) =>
      isAtOrBelow(real, root) && hasProtectedName(real.slice(root === '/' ? 0 : root.length), protectedNames),
  );
}

function isScratch(real: string, snapshot: ConfigSnapshot): boolean {
  if (snapshot.sandboxMode === 'danger-full-access') return false;
  if (isAtOrBelow(real, '/dev/shm')) return true;
  const isPrivate = snapshot.tmp === 'private' || snapshot.sandboxMode === 'read-only';
  return (
    isPrivate && isAtOrBelow(real, '/tmp') && (snapshot.tmpWritable || snapshot.sandboxMode === 'read-only')
  );
}

/** What the lists alone say; a snapshot whose secrets are open keeps none. */
function decide(real: string, snapshot: ConfigSnapshot): PathDecision {
  const { profile, ignored, protectSecrets, secretPaths } = snapshot;
  return decidePath(real, { profile, ignored, secretPaths: protectSecrets ? secretPaths : [] });
}

/** Below /tmp, what an entry names is the host's own and lies on top of the session's. */
function isNamedInTmp(real: string, decision: PathDecision): boolean {
  return isAtOrBelow(real, '/tmp') && 'by' in decision && decision.by.path !== '/tmp';
}

/** Classifies an absolute real path, strictest meaning first. Behind no wall everything unprotected is inside. */
export function classifyPath(real: string, snapshot: ConfigSnapshot): PathClass {
  if (isPlainDevice(real)) return 'device';
  if (snapshot.sandboxMode === 'danger-full-access')
    return isProtected(real, snapshot) ? 'protected' : 'inside';
  const decision = decide(real, snapshot);
  switch (decision.kind) {
    case 'secret':
      return 'secret';
    case 'deny':
    case 'deny-glob':
    case 'ignored':
      return 'denied';
    case 'unlisted':
      return isScratch(real, snapshot) ? 'scratch' : 'unreadable';
    default:
      return classifyReadable(real, snapshot, decision);
  }
}

function classifyReadable(real: string, snapshot: ConfigSnapshot, decision: PathDecision): PathClass {
  if (isProtected(real, snapshot)) return 'protected';
  const isRoot = rootOf(real, snapshot) !== null;
  if (snapshot.profile === null ? isRoot : isRoot && decision.kind === 'write') return 'inside';
  // A workspace below /tmp lies on top of the session's own one, and is read-only when the mode says so.
  const isOnTop = isAtOrBelow(real, snapshot.workspace) || isNamedInTmp(real, decision);
  if (isScratch(real, snapshot) && !isOnTop) return 'scratch';
  const isSharedTmp =
    snapshot.tmp === 'shared' && snapshot.tmpWritable && snapshot.sandboxMode !== 'read-only';
  return isSharedTmp && isAtOrBelow(real, '/tmp') && !isNamedInTmp(real, decision) ? 'inside' : 'outside';
}

/** Which list denies a path or leaves it out, as the end of a sentence; null when none does. */
export function describeDenial(real: string, snapshot: ConfigSnapshot): string | null {
  if (snapshot.sandboxMode === 'danger-full-access') return null;
  const decision = decide(real, snapshot);
  const name = snapshot.profile?.name ?? null;
  const profile = name === null ? 'the permission profile' : `the profile ${showText(name)}`;
  switch (decision.kind) {
    case 'deny':
      return `which ${profile} denies (${showText(decision.by.path)}${showPlace(decision.by.origin)})`;
    case 'deny-glob':
      return `which ${profile} denies (${showText(decision.glob)})`;
    case 'ignored':
      return `which line ${decision.line} of .sallyportignore hides`;
    case 'unlisted':
      return `which is not among what ${profile} lets sessions read`;
    default:
      return null;
  }
}

function showPlace(origin: PathEntry['origin']): string {
  if (origin?.file === undefined) return '';
  return `, ${showText(origin.file)}${origin.line === undefined ? '' : `:${origin.line}`}`;
}
