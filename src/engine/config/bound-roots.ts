/**
 * Keeps what may be written within the folders that the administrator lists, whoever opened it: a key, a flag, a variable
 * or a permission profile. Promises: beside the workspace and the session's /tmp every writable root is at or below a
 * listed one, by its real path; what is left out is said with its place. Does not promise anything without a wall: that
 * mode is ruled out. Without it a requirement would bind one key, and every other way to write would pass it by.
 */

import { findEntry } from '../../policy/index.ts';
import type { AccessProfile, ConfigOrigin, ConfigSnapshot, PathEntry } from '../../protocol/index.ts';
import type { ConfigEntry } from './collect-entries.ts';
import { showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import type { MergedEntry } from './merge-layers.ts';
import { listProfileRoots } from './project-profile.ts';
import type { Requirements } from './read-requirements.ts';
import { findRealFolder, isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';
import type { RootsContext } from './resolve-roots.ts';

const KEY = 'sandbox_workspace_write.writable_roots';

/** Where the roots of a mode come from. */
export interface RootsSource extends Pick<RootsContext, 'cwd' | 'home' | 'env' | 'flags'> {
  readonly values: ReadonlyMap<string, MergedEntry>;
}

class RootsBound {
  readonly warnings: string[] = [];
  readonly #allowed: readonly string[];
  readonly #required: ConfigEntry;
  readonly #snapshot: ConfigSnapshot;

  constructor(required: ConfigEntry, snapshot: ConfigSnapshot) {
    const { workspace, home } = snapshot;
    const listed = Array.isArray(required.value) ? required.value.map(String) : [];
    this.#allowed = [
      workspace,
      ...listed.map((path) => resolveExistingPart(makeAbsolute(path, workspace, home))),
    ];
    this.#required = required;
    this.#snapshot = snapshot;
  }

  /** False for what is left out; says so. */
  #keeps(path: string, place: string): boolean {
    if (this.#allowed.some((root) => isWithin(path, root))) return true;
    this.warnings.push(
      `${place}: writing in ${showText(path)} is not allowed on this machine ` +
        `(${showOrigin(this.#required.origin)}): it is left out`,
    );
    return false;
  }

  ofMode(source: RootsSource): ConfigSnapshot {
    const snapshot = this.#snapshot;
    const kept = snapshot.writableRoots.filter((root) => this.#keeps(root, findPlace(root, source)));
    return kept.length === snapshot.writableRoots.length ? snapshot : { ...snapshot, writableRoots: kept };
  }

  ofProfile(profile: AccessProfile): ConfigSnapshot {
    const snapshot = this.#snapshot;
    const { workspace } = snapshot;
    const bound = profile.entries.map((entry): PathEntry => {
      if (entry.access !== 'write' || entry.path === '/tmp') return entry;
      const place = entry.origin === undefined ? 'the permission profile' : showOrigin(entry.origin);
      return this.#keeps(entry.path, place) ? entry : { ...entry, access: 'read' };
    });
    if (this.warnings.length === 0) return snapshot;
    // What opened more than the workspace goes on to open the workspace.
    const above = findEntry(workspace, profile);
    const isLost = above?.access === 'write' && above.path !== workspace && above.path !== '/tmp';
    const names = workspace
      .slice(above?.path.length ?? 0)
      .toLowerCase()
      .split('/');
    const isProtected = snapshot.protectedNames.some((name) => names.includes(name.toLowerCase()));
    const own: PathEntry[] = isLost && !isProtected ? [{ ...above, path: workspace, access: 'write' }] : [];
    const narrowed = { ...profile, entries: [...bound, ...own] };
    return { ...snapshot, ...rootsOf(narrowed, workspace), profile: narrowed };
  }
}

function rootsOf(
  profile: AccessProfile,
  workspace: string,
): Pick<ConfigSnapshot, 'sandboxMode' | 'writableRoots'> {
  const { sandboxMode, writableRoots } = listProfileRoots(profile, workspace);
  return { sandboxMode, writableRoots: [...writableRoots] };
}

/** What a flag or a variable of the environment opens; undefined for what the configuration lists. */
function findOpener(
  root: string,
  { cwd, home, env, flags }: Omit<RootsSource, 'values'>,
): ConfigOrigin | undefined {
  const added = flags.addDirs.find((typed) => findRealFolder(makeAbsolute(typed, cwd, home)) === root);
  if (added !== undefined) return { layer: 'flag', flag: `--add-dir ${added}` };
  const tmpdir = env['TMPDIR'];
  const isTmpDir = tmpdir !== undefined && findRealFolder(tmpdir) === root;
  return isTmpDir ? { layer: 'defaults', flag: `TMPDIR ${tmpdir}` } : undefined;
}

/** What opened the roots beside the workspace that no key lists, by their paths. */
export function originsOfRoots(
  { writableRoots, workspace }: Pick<ConfigSnapshot, 'writableRoots' | 'workspace'>,
  source: Omit<RootsSource, 'values'>,
): Record<string, ConfigOrigin> {
  const found = writableRoots
    .filter((root) => root !== workspace)
    .flatMap((root) => {
      const origin = findOpener(root, source);
      return origin === undefined ? [] : [[root, origin] as const];
    });
  return Object.fromEntries(found);
}

/** What opened a root of a mode. */
function findPlace(root: string, source: RootsSource): string {
  const opener = findOpener(root, source)?.flag;
  if (opener !== undefined) return showText(opener);
  const origin = source.values.get(KEY)?.origin;
  return origin === undefined ? KEY : showOrigin(origin);
}

/** The configuration with no more writable roots than the requirements list, and what was left out. */
export function boundRoots(
  snapshot: ConfigSnapshot,
  requirements: Requirements | undefined,
  source: RootsSource,
): { readonly snapshot: ConfigSnapshot; readonly warnings: readonly string[] } {
  const required = requirements?.entries.find(({ key }) => key === KEY);
  if (required === undefined || snapshot.sandboxMode === 'danger-full-access')
    return { snapshot, warnings: [] };
  const bound = new RootsBound(required, snapshot);
  const kept = snapshot.profile === null ? bound.ofMode(source) : bound.ofProfile(snapshot.profile);
  return { snapshot: kept, warnings: bound.warnings };
}
