/**
 * Keeps what may be written within the folders that the administrator lists, whoever opened it: a key, a flag, a variable
 * or a permission profile. Promises: beside the workspace and the session's /tmp every writable root is at or below a
 * listed one, by its real path; what is left out is said with its place. Does not promise anything without a wall: that
 * mode is ruled out. Without it a requirement would bind one key, and every other way to write would pass it by.
 */

import { findEntry } from '../../policy/index.ts';
import type { AccessProfile, ConfigSnapshot, PathEntry } from '../../protocol/index.ts';
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

/** What opened a root of a mode. */
function findPlace(root: string, { cwd, home, env, flags, values }: RootsSource): string {
  const added = flags.addDirs.find((typed) => findRealFolder(makeAbsolute(typed, cwd, home)) === root);
  if (added !== undefined) return `--add-dir ${showText(added)}`;
  const tmpdir = env['TMPDIR'];
  if (tmpdir !== undefined && findRealFolder(tmpdir) === root) return `TMPDIR ${showText(tmpdir)}`;
  const origin = values.get(KEY)?.origin;
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
