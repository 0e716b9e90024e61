/**
 * What a grant of a path opens, and what stays closed below it.
 *
 * Promises: our own folders and the kernel's are never granted; secrets and sockets below a granted folder stay covered;
 * protected names in it stay read-only; a granted `.git` comes without what makes git run programs. One that is not
 * finished is not granted: a missing `config` cannot be mounted over, and whoever makes it decides what git runs.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listHostSockets } from './host-sockets.ts';
import { INSIDE_FOLDER } from './inside-paths.ts';
import { isBelow, isInside } from './path-inside.ts';
import { planProtection } from './protect.ts';
import type { GrantMode, OwnFolders, WallSettings } from './sandbox.ts';

export interface GrantedPath {
  readonly path: string;
  readonly mode: GrantMode;
  readonly readOnly: readonly string[];
  readonly hidden: readonly string[];
  /** Protected folders to be made first. */
  readonly missing: readonly string[];
}

export type GrantPlan =
  | { readonly kind: 'planned'; readonly granted: GrantedPath }
  | { readonly kind: 'failed'; readonly step: string; readonly errno: string };

export interface GrantContext {
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  /** Covered paths of the session's view. */
  readonly masked: readonly string[];
}

/** In a git folder: what makes git run programs or look elsewhere. */
export const GIT_INNER = [
  'hooks',
  'config',
  'config.worktree',
  'info/attributes',
  'modules',
  'commondir',
  'gitdir',
];

/** Of these the ones that are missing are held by an empty folder. */
const GIT_INNER_FOLDERS = ['hooks', 'modules'];

/** Plans the grant of a real, existing path. Refusals are values: the path stays closed. */
export function planGrant(path: string, mode: GrantMode, context: GrantContext): GrantPlan {
  const { settings, folders, masked } = context;
  const stat = lookAt(path);
  if (stat === null) return { kind: 'failed', step: 'resolve', errno: 'ENOENT' };
  const own = [folders.sallyportHome, folders.runtimeDir, '/proc', '/sys', '/dev', INSIDE_FOLDER];
  if (own.some((folder) => isInside(path, folder)) || path === '/' || path === '/run') {
    return { kind: 'failed', step: 'policy', errno: 'EACCES' };
  }
  // A grant of exactly a covered path opens it; whatever else is covered below stays so.
  const hidden = [...new Set([...masked, ...listHostSockets()])].filter((mask) => isBelow(mask, path));
  const base = { path, mode, hidden };
  if (mode === 'ro' || !stat.isDirectory())
    return { kind: 'planned', granted: { ...base, readOnly: [], missing: [] } };
  if (isGitFolder(path)) return planGitFolder(path, base);
  const plan = planProtection({
    roots: [path],
    names: settings.protectedNames,
    paths: settings.protectedPaths,
  });
  const missing = [...plan.missing.values()].flat();
  return { kind: 'planned', granted: { ...base, readOnly: plan.readOnly, missing } };
}

const GIT_PARTS = ['HEAD', 'objects', 'refs'];

/** By its name too: one without its parts becomes a repository as soon as somebody makes them. */
function isGitFolder(path: string): boolean {
  return basename(path) === '.git' || GIT_PARTS.every((name) => lookAt(join(path, name)) !== null);
}

function planGitFolder(path: string, base: Pick<GrantedPath, 'path' | 'mode' | 'hidden'>): GrantPlan {
  if (![...GIT_PARTS, 'config'].every((name) => lookAt(join(path, name)) !== null))
    return { kind: 'failed', step: 'unfinished repository', errno: 'EACCES' };
  const inner = GIT_INNER.map((name) => join(path, name));
  // A link cannot be mounted over: it would be replaced.
  if (inner.some((place) => isThere(place) && lookAt(place) === null))
    return { kind: 'failed', step: 'link in a repository', errno: 'ELOOP' };
  const missing = GIT_INNER_FOLDERS.map((name) => join(path, name)).filter((place) => !isThere(place));
  return { kind: 'planned', granted: { ...base, readOnly: inner.filter(isThere), missing } };
}

/** A link to nowhere is there too, and so is what cannot be looked at. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** The path itself when it is real (no link anywhere in it). */
function lookAt(path: string) {
  try {
    return realpathSync(path) === path ? lstatSync(path) : null;
  } catch {
    return null;
  }
}
