import { existsSync } from 'node:fs';
import { type BoundPath, bubblewrapArguments, PROC_TO_COVER } from './bubblewrap-arguments.ts';
import type { GrantedPath } from './granted-paths.ts';
import { isInside } from './path-inside.ts';
import { pinHidden } from './pin-hidden.ts';
import { type ProtectPlan, pinsOfPlan } from './protect.ts';
import type { LaunchSpec, SessionSpec, WallSettings } from './sandbox.ts';
import { hasPrivateTmp, type View } from './view.ts';

/** Descriptors that the supervisor opens for bubblewrap: a fixed part of its interface. */
const FILTER_FD = 10;

export interface LaunchPlace {
  readonly settings: WallSettings;
  readonly view: View;
  /** The folders as they are now. */
  readonly plan: ProtectPlan;
  /** Placeholders that are there and held. */
  readonly placeholders: readonly string[];
  readonly grants: readonly GrantedPath[];
  /** What must not be read and was found since the view was made. */
  readonly hidden: readonly string[];
}

/** The roots that are writable in this mode. */
export function rootsOf({ settings }: Pick<SessionSpec, 'settings'>): readonly string[] {
  return settings.sandboxMode === 'read-only' ? [] : settings.writableRoots;
}

/** What bubblewrap is told for one launch: everything between its name and `--`. */
export function launchWords(
  place: LaunchPlace,
  { cwd, innerEnvironment = {} }: Pick<LaunchSpec, 'cwd' | 'innerEnvironment'>,
): string[] {
  const { settings, view, plan, placeholders, grants, hidden } = place;
  const roots = rootsOf({ settings });
  const isGranted = (path: string): boolean => grants.some((granted) => granted.path === path);
  const readOnly = [...plan.readOnly, ...placeholders].filter((path) => !isGranted(path));
  const asBound = (mode: 'ro' | 'rw') => (path: string) => ({ path, mode });
  const writesTmp = settings.sandboxMode === 'read-only' ? hasPrivateTmp(settings) : settings.tmpWritable;
  const open = grants.flatMap(({ path, mode }) => (mode === 'rw' ? [path] : []));
  const held = pinHidden(
    [...view.masked, ...view.hidden.hollow, ...hidden],
    [...roots, ...open, ...(writesTmp && !hasPrivateTmp(settings) ? ['/tmp'] : [])],
  );
  // The last entry for a path counts.
  const bound: BoundPath[] = [
    ...(writesTmp ? ['/tmp'] : []).map(asBound('rw')),
    ...view.kept.filter((path) => isInside(path, '/tmp')).map(asBound('ro')),
    // Emptied folders in a writable one: else a program would write into what hides them.
    ...[...view.hidden.hollow, ...view.hidden.kept]
      .filter((path) => roots.some((root) => isInside(path, root)))
      .map(asBound('ro')),
    ...held.closed.map(asBound('ro')),
    ...roots.map(asBound('rw')),
    ...grants.map(({ path, mode }) => ({ path, mode })),
    ...readOnly.map(asBound('ro')),
    ...grants.flatMap(({ readOnly: closed }) => closed.filter((path) => !isGranted(path)).map(asBound('ro'))),
  ];
  return bubblewrapArguments({
    bound,
    pins: [...new Set([...pinsOfPlan(plan, placeholders, roots), ...held.pins])],
    sharedMemoryBytes: settings.tmpSizeBytes,
    coveredProc: PROC_TO_COVER.filter((path) => existsSync(path)),
    cwd,
    innerEnvironment,
    filterFd: FILTER_FD,
  });
}
