/**
 * What a grant of a path opens, and what stays closed below it.
 *
 * Promises: our own folders and the kernel's are never granted; secrets and sockets below a granted folder stay covered;
 * protected names in it stay read-only; a granted `.git` comes without what makes git run programs.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
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
const GIT_INNER = ['hooks', 'config', 'config.worktree', 'info/attributes', 'modules', 'commondir', 'gitdir'];

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
  if (isGitFolder(path)) {
    const readOnly = GIT_INNER.map((name) => join(path, name)).filter((inner) => lookAt(inner) !== null);
    const missing = lookAt(join(path, 'hooks')) === null ? [join(path, 'hooks')] : [];
    return { kind: 'planned', granted: { ...base, readOnly, missing } };
  }
  const plan = planProtection({
    roots: [path],
    names: settings.protectedNames,
    paths: settings.protectedPaths,
  });
  const missing = [...plan.missing.values()].flat();
  return { kind: 'planned', granted: { ...base, readOnly: plan.readOnly, missing } };
}

function isGitFolder(path: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((name) => lookAt(join(path, name)) !== null);
}

/** The path itself when it is real (no link anywhere in it). */
function lookAt(path: string) {
  try {
    return realpathSync(path) === path ? lstatSync(path) : null;
  } catch {
    return null;
  }
}
