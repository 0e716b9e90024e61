import { lstatSync } from 'node:fs';
import { GIT_INNER, hasGitParts, innerOfWorktrees, isWorktreeFolder, WORKTREE_INNER } from './git-places.ts';
import { isBelow, isInside } from './path-inside.ts';
import { type ProtectPlan, planProtection } from './protect.ts';
import type { GrantMode, GrantOutcome, WallSettings } from './sandbox.ts';
import type { SeatbeltGrant } from './seatbelt-profile.ts';

export type SeatbeltGrantPlan =
  | {
      readonly kind: 'planned';
      readonly grant: SeatbeltGrant;
      /** Of a folder that may be written and is no git folder. */
      readonly protection: ProtectPlan | null;
    }
  | Extract<GrantOutcome, { kind: 'failed' }>;

/**
 * What a grant of a real path opens on macOS. Our own folders and devices are never granted; secrets below it stay
 * hidden; protected names in it stay as they are; a granted `.git` comes without what makes git run programs.
 */
export function planSeatbeltGrant(
  { path, mode }: { readonly path: string; readonly mode: GrantMode },
  settings: Pick<WallSettings, 'secretPaths' | 'protectedNames' | 'protectedPaths'>,
  own: readonly string[],
): SeatbeltGrantPlan {
  if (path === '/' || isInside(path, '/dev') || own.some((folder) => isInside(path, folder)))
    return { kind: 'failed', step: 'policy', errno: 'EACCES' };
  const hidden = settings.secretPaths.filter((secret) => isBelow(secret, path));
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (mode === 'ro' || stat?.isDirectory() !== true)
    return { kind: 'planned', grant: { path, mode, readOnly: [], hidden }, protection: null };
  const isWorktree = isWorktreeFolder(path);
  if (isWorktree || path.endsWith('/.git') || hasGitParts(path)) {
    const names = isWorktree ? WORKTREE_INNER : [...GIT_INNER, ...innerOfWorktrees(path)];
    const readOnly = names.map((name) => `${path}/${name}`);
    return { kind: 'planned', grant: { path, mode, readOnly, hidden }, protection: null };
  }
  const plan = planProtection({
    roots: [path],
    names: settings.protectedNames,
    paths: settings.protectedPaths,
  });
  const readOnly = [...plan.readOnly, ...[...plan.missing.values()].flat()];
  return { kind: 'planned', grant: { path, mode, readOnly, hidden }, protection: plan };
}
