/**
 * Looks for what patterns deny: `denyGlobs` of a profile and the lines of `.sallyportignore`. Promises: bounded work, no
 * link is followed; what was not looked into is said. Without it a pattern would be a promise about names that no mount
 * keeps.
 */
import { join } from 'node:path';
import { decidePath } from '../../policy/index.ts';
import { listEntries, MAX_ENTRIES } from './list-entries.ts';
import { isInside } from './path-inside.ts';
import type { WallSettings } from './sandbox.ts';

/** Folders that are looked into in one scan; a few hundredths of a second. */
const MAX_FOLDERS = 20_000;
/** Names that are compared in one scan. */
const MAX_NAMES = 4 * MAX_ENTRIES;
/** Each is a mount. */
const MAX_FOUND = 500;

export interface DeniedScan {
  /** Real paths; of what lies in a denied folder only the folder. */
  readonly found: readonly string[];
  /** What was not looked at, as sentences. */
  readonly notes: readonly string[];
}

/**
 * The folders that patterns may speak of, those where sessions work first: what lies before the first wildcard, but for the
 * whole machine.
 */
function listTops({ profile, ignored, workspace, writableRoots }: WallSettings): string[] {
  const places = [workspace, ...writableRoots, ...(profile?.entries ?? []).flatMap(namedFolder)];
  const bases = (profile?.denyGlobs ?? []).map((glob) => {
    const parts = glob.split('/');
    return (
      parts
        .slice(
          0,
          parts.findIndex((part) => /[*?[\\]/.test(part)),
        )
        .join('/') || '/'
    );
  });
  const inside = places.filter((place) => bases.some((base) => isInside(place, base)));
  const tops = [...(ignored ? [ignored.folder] : []), ...inside, ...bases.filter((base) => base !== '/')];
  return [...new Set(tops)];
}

function namedFolder({
  access,
  path,
  origin,
}: {
  access: string;
  path: string;
  origin?: { layer: string } | undefined;
}) {
  return access === 'deny' || origin?.layer === 'defaults' ? [] : [path];
}

class DeniedSearch {
  readonly found: string[] = [];
  readonly #visited = new Set<string>();
  readonly #settings: WallSettings;
  #names = 0;
  /** The first folder with more in it than was read. */
  #overfull: string | null = null;

  constructor(settings: WallSettings) {
    this.#settings = settings;
  }

  /** Layer by layer; gives the first folder that was not looked into, or null. */
  search(tops: readonly string[]): string | null {
    for (let layer = tops; layer.length > 0; ) {
      const next: string[] = [];
      for (const folder of layer) {
        if (this.#visited.has(folder)) continue;
        if (this.#isAtBound()) return folder;
        this.#visited.add(folder);
        // One by one: a hundred thousand are too many arguments.
        for (const inner of this.#lookInto(folder)) next.push(inner);
      }
      layer = next;
    }
    return this.#overfull;
  }

  #isAtBound(): boolean {
    const isFull = this.#visited.size >= MAX_FOLDERS || this.found.length >= MAX_FOUND;
    return isFull || this.#names >= MAX_NAMES;
  }

  /** The folders below that are to be looked into. */
  #lookInto(folder: string): string[] {
    const { profile = null, ignored = null } = this.#settings;
    const { entries, isCut } = listEntries(folder, MAX_ENTRIES);
    if (isCut) this.#overfull ??= folder;
    this.#names += entries.length;
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      const { kind } = decidePath(path, { profile, ignored, secretPaths: [] });
      if (kind === 'deny-glob' || kind === 'ignored') {
        this.found.push(path);
        return [];
      }
      return entry.isDirectory() ? [path] : [];
    });
  }
}

/** Scans as far as the bounds go. */
export function scanDenied(settings: WallSettings): DeniedScan {
  const hasGlobs = (settings.profile?.denyGlobs.length ?? 0) > 0;
  if (!settings.ignored && !hasGlobs) return { found: [], notes: [] };
  const search = new DeniedSearch(settings);
  let cut: string | null = null;
  for (const top of listTops(settings)) cut ??= search.search([top]);
  const found = [...new Set(search.found)];
  if (cut === null) return { found, notes: [] };
  const note = `What patterns deny was looked for in ${MAX_FOLDERS} folders and ${MAX_NAMES} names, or found ${MAX_FOUND} times: from ${cut} on nothing was looked for, and can be read.`;
  return { found, notes: [note] };
}
