/**
 * What a grant of a path opens, and what stays closed below it.
 *
 * Promises: our own folders and the kernel's are never granted; secrets and sockets below a granted folder stay covered;
 * protected names in it stay read-only; a granted git folder comes without what makes git run programs or look elsewhere,
 * whether that is there or not, also of its linked worktrees. One that is not finished is not granted.
 */
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GIT_INNER, hasGitParts, innerOfWorktrees, isWorktreeFolder, WORKTREE_INNER } from './git-places.ts';
import { listHostSockets } from './host-sockets.ts';
import { INSIDE_FOLDER } from './inside-paths.ts';
import { isBelow, isInside, sortByDepth } from './path-inside.ts';
import { emptyFilePlaceholder, sameFolderPlaceholder } from './placeholder-spec.ts';
import { type ProtectPlan, planProtection } from './protect.ts';
import type { GrantMode, OwnFolders, WallSettings } from './sandbox.ts';

export interface GrantedPath {
  readonly path: string;
  readonly mode: GrantMode;
  readonly readOnly: readonly string[];
  readonly hidden: readonly string[];
  /** Placeholders to be made first, as the janitor takes them. */
  readonly missing: readonly string[];
  /** Folders above that are covered as a whole, outermost first. */
  readonly coveredBy: readonly string[];
}

export type GrantPlan =
  | {
      readonly kind: 'planned';
      readonly granted: GrantedPath;
      /** Of a folder that may be written and is no git folder. */
      readonly protection: ProtectPlan | null;
    }
  | { readonly kind: 'failed'; readonly step: string; readonly errno: string };

export interface GrantContext {
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  /** Covered paths of the session's view. */
  readonly masked: readonly string[];
  /** Those of them that are emptied and not covered: what is open in them has its place there. */
  readonly hollow?: readonly string[];
}

/** A `commondir` that names its own folder is so long, with its end. */
const SMALLEST_POINTER_BYTES = 2;
/** Of what git obeys, what is missing is held: these by an empty folder, files by a file. */
const HELD_FOLDERS = ['hooks', 'modules'];

/** Plans the grant of a real, existing path. Refusals are values: the path stays closed. */
export function planGrant(path: string, mode: GrantMode, context: GrantContext): GrantPlan {
  const { settings, folders, masked, hollow = [] } = context;
  const stat = lookAt(path);
  if (stat === null) return { kind: 'failed', step: 'resolve', errno: 'ENOENT' };
  const own = [folders.sallyportHome, folders.runtimeDir, '/proc', '/sys', '/dev', INSIDE_FOLDER];
  if (own.some((folder) => isInside(path, folder)) || path === '/' || path === '/run') {
    return { kind: 'failed', step: 'policy', errno: 'EACCES' };
  }
  // A grant of exactly a covered path opens it; whatever else is covered below stays so.
  const hidden = [...new Set([...masked, ...listHostSockets()])].filter((mask) => isBelow(mask, path));
  const coveredBy = sortByDepth(masked.filter((mask) => isBelow(path, mask) && !hollow.includes(mask)));
  const base = { path, mode, hidden, coveredBy };
  if (mode === 'ro' || !stat.isDirectory())
    return { kind: 'planned', granted: { ...base, readOnly: [], missing: [] }, protection: null };
  if (isGitFolder(path)) return planGitFolder(path, base);
  const plan = planProtection({
    roots: [path],
    names: settings.protectedNames,
    paths: settings.protectedPaths,
  });
  const missing = [...plan.missing.values()].flat();
  return { kind: 'planned', granted: { ...base, readOnly: plan.readOnly, missing }, protection: plan };
}

/** By its name too: one without its parts becomes a repository as soon as somebody makes them. */
function isGitFolder(path: string): boolean {
  return basename(path) === '.git' || hasGitParts(path) || isWorktreeFolder(path);
}

function planGitFolder(path: string, base: Omit<GrantedPath, 'readOnly' | 'missing'>): GrantPlan {
  const isWorktree = isWorktreeFolder(path);
  if (!isWorktree && !(hasGitParts(path) && lookAt(join(path, 'config')) !== null))
    return { kind: 'failed', step: 'unfinished repository', errno: 'EACCES' };
  const names = isWorktree ? WORKTREE_INNER : [...GIT_INNER, ...innerOfWorktrees(path)];
  const inner = names.map((name) => join(path, name));
  // A link cannot be mounted over: it would be replaced.
  if (inner.some((place) => isThere(place) && lookAt(place) === null))
    return { kind: 'failed', step: 'link in a repository', errno: 'ELOOP' };
  const readOnly = inner.filter(isThere);
  // What another session holds is there, and goes away with that one unless we hold it too.
  const held = inner.filter((place) => !isThere(place) || isPlaceholder(place));
  const missing = held.map((place) => holdMissing(path, place));
  const granted = { ...base, readOnly, missing: [...new Set(missing)] };
  return { kind: 'planned', granted, protection: null };
}

/** What stands at the place of a missing name while the folder is open. */
function holdMissing(gitFolder: string, place: string): string {
  if (HELD_FOLDERS.includes(basename(place))) return place;
  const parent = dirname(place);
  // Without its folder it is the folder that is held.
  if (parent !== gitFolder && !isThere(parent)) return parent;
  // Git reads it where it is there, and an empty one is an error: this one says the folder itself.
  return basename(place) === 'commondir' ? sameFolderPlaceholder(place) : emptyFilePlaceholder(place);
}

/** It may be one: an empty folder, or a file as the janitor makes it. */
function isPlaceholder(path: string): boolean {
  const stat = lookAt(path);
  if (stat?.isDirectory() === true) return readdirSync(path).length === 0;
  return stat?.isFile() === true && stat.size <= SMALLEST_POINTER_BYTES;
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
