/**
 * Where a real path stands in the access of a session. Promises: protected names count anywhere below a writable root,
 * in any letter case, whether they exist or not; a secret stays a secret inside a writable root. Does not promise that
 * the path is real: who asks resolves symbolic links first. Without it a write to `.git/hooks` would pass as a write
 * in the workspace.
 */
import type { ConfigSnapshot } from '../protocol/index.ts';
import { isAtOrBelow } from './path-access-join.ts';

/**
 * `inside`: may be written; `protected`: read-only although below a writable root; `secret`: not even read; `scratch`:
 * the session's own temporary files, which vanish; `device`: a harmless device such as /dev/null; `outside`: the rest,
 * which may be read only.
 */
export type PathClass = 'inside' | 'protected' | 'secret' | 'outside' | 'scratch' | 'device';

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

/** The writable root that a path lies below, the longest first; in danger-full-access the workspace is one too. */
export function rootOf(real: string, snapshot: ConfigSnapshot): string | null {
  const isOpen = snapshot.sandboxMode === 'danger-full-access';
  const roots = isOpen ? [snapshot.workspace, ...snapshot.writableRoots] : snapshot.writableRoots;
  let longest: string | null = null;
  for (const root of roots) {
    if (isAtOrBelow(real, root) && (longest === null || root.length > longest.length)) longest = root;
  }
  return longest;
}

/** True when a component below `root` has one of the names, in any letter case. */
function hasProtectedName(below: string, names: readonly string[]): boolean {
  const padded = `${below.toLowerCase()}/`;
  return names.some((name) => padded.includes(`/${name.toLowerCase()}/`));
}

function isProtected(real: string, snapshot: ConfigSnapshot): boolean {
  if (snapshot.protectedPaths.some((path) => isAtOrBelow(real, path))) return true;
  const isNamed = (root: string) =>
    isAtOrBelow(real, root) &&
    hasProtectedName(real.slice(root === '/' ? 0 : root.length), snapshot.protectedNames);
  if (snapshot.writableRoots.some(isNamed)) return true;
  return snapshot.sandboxMode === 'danger-full-access' && isNamed(snapshot.workspace);
}

function isScratch(real: string, snapshot: ConfigSnapshot): boolean {
  if (snapshot.sandboxMode === 'danger-full-access') return false;
  if (isAtOrBelow(real, '/dev/shm')) return true;
  const isPrivate = snapshot.tmp === 'private' || snapshot.sandboxMode === 'read-only';
  return (
    isPrivate && isAtOrBelow(real, '/tmp') && (snapshot.tmpWritable || snapshot.sandboxMode === 'read-only')
  );
}

function isSecret(real: string, snapshot: ConfigSnapshot): boolean {
  if (!snapshot.protectSecrets || snapshot.sandboxMode === 'danger-full-access') return false;
  return snapshot.secretPaths.some((path) => isAtOrBelow(real, path));
}

/** Classifies an absolute real path, strictest meaning first. Behind no wall everything unprotected is inside. */
export function classifyPath(real: string, snapshot: ConfigSnapshot): PathClass {
  if (isPlainDevice(real)) return 'device';
  if (isSecret(real, snapshot)) return 'secret';
  if (isProtected(real, snapshot)) return 'protected';
  if (snapshot.sandboxMode === 'danger-full-access' || rootOf(real, snapshot) !== null) return 'inside';
  // A workspace below /tmp lies on top of the session's own one, and is read-only when the mode says so.
  if (isScratch(real, snapshot) && !isAtOrBelow(real, snapshot.workspace)) return 'scratch';
  const isSharedTmp =
    snapshot.tmp === 'shared' && snapshot.tmpWritable && snapshot.sandboxMode !== 'read-only';
  return isSharedTmp && isAtOrBelow(real, '/tmp') ? 'inside' : 'outside';
}
