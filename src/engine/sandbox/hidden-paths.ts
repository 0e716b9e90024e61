/**
 * What a session's view hides of the files, from secrets, the permission profile and `.sallyportignore`.
 *
 * Promises: whatever `decidePath` does not let be read and exists is covered, or emptied where something below it is open;
 * where reading is restricted, that is everything at the top of the file system without an entry.
 * Does not promise anything about what appears later: each launch looks again, one that runs already does not.
 */
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { decidePath, isReadable } from '../../policy/index.ts';
import { isBelow, isInside, sortByDepth } from './path-inside.ts';
import { notesOfPins } from './pin-hidden.ts';
import type { WallSettings } from './sandbox.ts';
import { type DeniedScan, scanDenied } from './scan-denied.ts';

export interface HiddenPaths {
  /** Covered as a whole: secrets and what is denied. */
  readonly masks: readonly string[];
  /** Folders that are emptied, but for `kept`. */
  readonly hollow: readonly string[];
  /** Shown on top of what is emptied; they exist. */
  readonly kept: readonly string[];
  /** Everything denied or secret that exists, whether something above hides it already or not: no grant above opens it. */
  readonly denied: readonly string[];
  /** By path of `masks` and `hollow`, which file or folder it is. */
  readonly identities: ReadonlyMap<string, string>;
  /** Denied, and not there yet. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/** Not files of anybody: the view and bubblewrap make them anew. */
export const MADE_ANEW = ['/proc', '/sys', '/dev', '/run'];

/** Plans what is hidden from the files as they are now. `emptied` is empty already. */
export function planHidden(settings: WallSettings, emptied: readonly string[]): HiddenPaths {
  const scan = scanDenied(settings);
  const open = listOpen(settings);
  const named = listDenied(settings);
  const denied = new Set([...settings.secretPaths, ...named, ...scan.found]);
  const covered = coverAll([...denied, ...listClosed(settings, emptied)], denied, open);
  const { masks, hollow } = covered;
  const inEmptied = open.filter((path) => emptied.some((top) => isInside(path, top)));
  return {
    ...{ masks, hollow, kept: sortByDepth([...covered.kept, ...inEmptied]) },
    identities: new Map([...masks, ...hollow].map((path) => [path, identify(path) ?? ''])),
    denied: [...denied].filter((path) => isThere(path) && !isReadable(decideFor(settings, path))),
    missing: named.filter((path) => !isThere(path)),
    notes: [...notesOf(settings, scan), ...notesOfPins([...masks, ...hollow], settings.writableRoots)],
  };
}

/** Covers each path, or empties it where something below it is open or it is closed for want of an entry only. */
function coverAll(
  paths: readonly string[],
  denied: ReadonlySet<string>,
  open: readonly string[],
): Pick<HiddenPaths, 'masks' | 'hollow'> & { readonly kept: ReadonlySet<string> } {
  const masks: string[] = [];
  const hollow: string[] = [];
  const kept = new Set<string>();
  const isHidden = (path: string): boolean => {
    const over = [...masks, ...hollow].findLast((top) => isInside(path, top));
    return over !== undefined && ![...kept].some((top) => isInside(path, top) && isBelow(top, over));
  };
  for (const path of sortByDepth(paths)) {
    const below = open.filter((other) => isBelow(other, path));
    // On the way to what is open it stands in an emptied folder too, and there it could be listed.
    if ((isHidden(path) && below.length === 0) || !isThere(path)) continue;
    const isCovered = !isRealFolder(path) || (below.length === 0 && denied.has(path));
    (isCovered ? masks : hollow).push(path);
    if (!isCovered) for (const hole of outermost(below)) kept.add(hole);
  }
  return { masks, hollow, kept };
}

/** What entries deny; a deny of what cannot be read anyway counts too, for a grant above it must not open it. */
function listDenied({ profile }: WallSettings): string[] {
  return (profile?.entries ?? []).flatMap(({ access, path }) => (access === 'deny' ? [path] : []));
}

/** What entries open, and is there. */
function listOpen(settings: WallSettings): string[] {
  const entries = settings.profile?.entries ?? [];
  return entries.flatMap(({ access, path }) => {
    const isKernels = MADE_ANEW.some((top) => top !== '/run' && isInside(path, top));
    if (access === 'deny' || path === '/tmp' || isKernels || !isThere(path)) return [];
    return isReadable(decideFor(settings, path)) ? [path] : [];
  });
}

/** At the top of the file system, what no entry lets be read. Links lead elsewhere, and are judged there. */
function listClosed(settings: WallSettings, emptied: readonly string[]): string[] {
  if (!settings.profile || settings.profile.readsAll) return [];
  const tops = readdirSync('/', { withFileTypes: true }).filter((entry) => !entry.isSymbolicLink());
  return tops
    .map(({ name }) => join('/', name))
    .filter((path) => !MADE_ANEW.includes(path) && !emptied.includes(path))
    .filter((path) => !isReadable(decideFor(settings, path)));
}

function decideFor({ profile, ignored, secretPaths }: WallSettings, path: string) {
  return decidePath(path, { profile: profile ?? null, ignored: ignored ?? null, secretPaths });
}

function notesOf(settings: WallSettings, scan: DeniedScan): string[] {
  const hasPatterns = (settings.profile?.denyGlobs.length ?? 0) > 0 || settings.ignored;
  if (!hasPatterns) return [];
  const late =
    'What patterns deny is looked for at the start of each script: a running one can read what appears meanwhile.';
  return [late, ...scan.notes];
}

/** Entries that only read, in folders that may be written. */
export function listReadOnly({ profile, writableRoots }: WallSettings): string[] {
  return (profile?.entries ?? []).flatMap(({ access, path }) =>
    access === 'read' && writableRoots.some((root) => isBelow(path, root)) ? [path] : [],
  );
}

function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => isBelow(path, other)));
}

function isThere(path: string): boolean {
  return identify(path) !== null;
}

/** Which file or folder stands there; null for none. */
export function identify(path: string): string | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
  } catch {
    // In a folder that the person cannot enter, and so nobody inside.
    return null;
  }
}

function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && realpathSync.native(path) === path;
  } catch {
    return false;
  }
}
