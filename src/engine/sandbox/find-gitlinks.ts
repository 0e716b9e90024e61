import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readPlainFile } from './follow-git.ts';
import { lookAtProtected } from './git-places.ts';
import type { Pieces } from './inspection-budget.ts';
import { listGitlinks } from './list-gitlinks.ts';
import type { InspectedPlace } from './opened-paths.ts';
import { isInside } from './path-inside.ts';
import type { ProtectPlan } from './protect.ts';

const MAX_INDEX_BYTES = 32 * 1024 * 1024;
/** A split index keeps most in such a file; old ones stay for two weeks. */
const MAX_SHARED = 16;

interface FoundGitlinks {
  /** Work trees of submodules inside the roots. */
  readonly folders: readonly string[];
  /** Indexes that are not understood. */
  readonly unclear: readonly string[];
}

/** Reads the indexes that were open for writing: those of the git folders that were granted, and of their worktrees. */
export function* findGitlinks(place: InspectedPlace, before: ProtectPlan): Pieces<FoundGitlinks> {
  const folders = new Set<string>();
  const unclear = new Set<string>();
  for (const [index, tops] of listIndexes(place, before)) {
    const names = yield* readIndex(index);
    if (names === null) unclear.add(index);
    for (const folder of tops.flatMap((top) => (names ?? []).map((name) => join(top, name))))
      if (place.roots.some((root) => isInside(folder, root))) folders.add(folder);
  }
  return { folders: [...folders], unclear: [...unclear] };
}

/** With the work trees that each may be about. */
function listIndexes({ roots, opened }: InspectedPlace, before: ProtectPlan): Map<string, string[]> {
  const granted = opened.flatMap(({ path, isGitFolder }) => (isGitFolder ? [path] : []));
  const found = new Map<string, string[]>();
  if (granted.length === 0) return found;
  const tops = [...roots, ...before.nested, ...before.checked.map(({ folder }) => folder)];
  const ofGranted = granted
    .filter((path) => basename(path) === '.git')
    .map((git) => ({ git, top: dirname(git) }));
  const ofKnown = tops.flatMap((top) => leadsOf(top).map((git) => ({ git, top })));
  for (const { git, top } of [...ofGranted, ...ofKnown]) {
    if (!granted.some((path) => isInside(git, path))) continue;
    for (const index of indexesIn(git)) {
      const others = found.get(index) ?? [];
      if (!others.includes(top)) found.set(index, [...others, top]);
    }
  }
  return found;
}

/** The git folder of a work tree, and the one that it shares. */
function leadsOf(top: string): readonly string[] {
  try {
    const place = lookAtProtected(join(top, '.git'));
    return place.kind === 'missing' ? [] : place.paths;
  } catch {
    return [];
  }
}

function indexesIn(git: string): string[] {
  try {
    const shared = readdirSync(git).filter((name) => name.startsWith('sharedindex.'));
    return ['index', ...shared.slice(0, MAX_SHARED)].map((name) => join(git, name));
  } catch {
    return [];
  }
}

/** Null where it is not understood; one that is not there names nothing. */
function* readIndex(file: string): Pieces<string[] | null> {
  yield;
  try {
    const text = readPlainFile(file, MAX_INDEX_BYTES);
    return text === null ? [] : yield* listGitlinks(Buffer.from(text, 'latin1'));
  } catch {
    return null;
  }
}
