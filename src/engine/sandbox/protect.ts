/**
 * Which paths of a writable root stay read-only.
 *
 * Promises: names that trusted programs obey later (git, agents, editors, shells) cannot be changed, made, or brought in
 * by moving a parent, for the root itself and for repositories nested in it; a `.git` that is a file or a link protects
 * what it leads to.
 * Does not promise: that a link `.git` itself stays (it cannot be mounted over; `inspect` tells), nor repositories deeper
 * than the walk goes (said in `notes`).
 * Without it a sandboxed program would write a git hook and wait for the person to type `git status`.
 */
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { pinsOf } from './bubblewrap-arguments.ts';
import { hasGitParts, lookAtProtected, type ProtectedPlace } from './git-places.ts';
import {
  type CheckedRepository,
  findNestedRepositories,
  MAX_CHECKED_DEPTH,
  MAX_VISITED,
  type NestedRepositories,
  type SearchBound,
  type SearchCut,
} from './nested-repositories.ts';
import { isBelow, isInside, sortByDepth } from './path-inside.ts';
import { ALWAYS_PROTECTED, RUNS_CODE_LATER } from './protected-names.ts';

/** By `protected_paths`, or by the preset of an agent. */
const PROTECTED_BY_NAME = 'your configuration, or the preset of an agent, protects it';
/** Nested repositories that get all names: each name is a mount in every launch, and a thousand take seconds. */
const MAX_FULLY_PROTECTED = 40;

export interface ProtectSpec {
  /** Real paths that may be written. */
  readonly roots: readonly string[];
  /** Further names, protected like those of `ALWAYS_PROTECTED`. */
  readonly names: readonly string[];
  /** Further absolute paths; protected where they exist. */
  readonly paths: readonly string[];
  /** Looks for nested repositories; by default walks the root anew. */
  readonly findNested?: (root: string) => NestedRepositories;
}

export interface ProtectPlan {
  /** Real, existing, below a root. */
  readonly readOnly: readonly string[];
  /** Folders that a janitor has to make or hold first, by the root they belong to. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
  /** Links that cannot be mounted over, with what they led to. */
  readonly links: ReadonlyArray<{ readonly path: string; readonly target: string }>;
  /** Paths that run code later and do not exist yet, with the reason. */
  readonly watched: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
  /** Folders below the roots with a `.git` that mounts protect. */
  readonly nested: readonly string[];
  /** Repositories that no mount protects, as they were. */
  readonly checked: readonly CheckedRepository[];
  /** Folders that are laid out as git folders, and folders of settings in ordinary ones: the same. */
  readonly bare: readonly CheckedRepository[];
  readonly settings: readonly CheckedRepository[];
  /** Git folders that the protected `.git` lead to, by real path; folders whose `.git` leads to none yet. */
  readonly gitFolders: readonly string[];
  readonly dangling: readonly string[];
  /** Bounds that the search for nested repositories reached. */
  readonly bounds: readonly SearchBound[];
  /** When the roots were looked at, in milliseconds since 1970. */
  readonly lookedAtMs: number;
  readonly notes: readonly string[];
}

interface Draft {
  readonly readOnly: Set<string>;
  readonly missing: Map<string, string[]>;
  readonly links: Array<{ path: string; target: string }>;
  readonly watched: Array<{ path: string; reason: string }>;
  readonly nested: string[];
  readonly checked: CheckedRepository[];
  readonly bare: CheckedRepository[];
  readonly settings: CheckedRepository[];
  readonly gitFolders: string[];
  readonly dangling: string[];
  readonly bounds: SearchBound[];
  readonly lookedAtMs: number;
  readonly notes: string[];
}

/** Looks at the roots as they are now. Walks them, within bounds, for nested repositories. */
export function planProtection(spec: ProtectSpec): ProtectPlan {
  const draft: Draft = {
    readOnly: new Set(),
    missing: new Map(),
    links: [],
    watched: [],
    nested: [],
    checked: [],
    bare: [],
    settings: [],
    gitFolders: [],
    dangling: [],
    bounds: [],
    lookedAtMs: Date.now(),
    notes: [],
  };
  const isInRoots = (path: string): boolean => spec.roots.some((root) => isBelow(path, root));
  for (const root of sortByDepth(spec.roots)) if (isFolder(root)) addRoot(draft, root, spec);
  for (const path of spec.paths) {
    if (isInRoots(path)) addWhereExisting(draft, path, PROTECTED_BY_NAME);
  }
  return { ...draft, readOnly: sortByDepth([...draft.readOnly].filter(isInRoots)) };
}

function addRoot(draft: Draft, root: string, spec: ProtectSpec): void {
  const nested = (spec.findNested ?? findNestedRepositories)(root);
  draft.nested.push(...nested.folders);
  draft.bare.push(...nested.bare);
  draft.settings.push(...nested.settings);
  if (nested.cut !== null) {
    draft.bounds.push(nested.cut.bound);
    draft.notes.push(describeCut(root, nested.cut));
  }
  if (nested.beyond.length > 0) {
    draft.checked.push(...nested.beyond);
    draft.notes.push(
      `${root} holds more repositories, or deeper ones, than can be protected: ${nested.beyond.length} of them are looked at after each run instead.`,
    );
  }
  const isMany = nested.folders.length > MAX_FULLY_PROTECTED;
  if (isMany) {
    draft.notes.push(
      `${root} holds ${nested.folders.length} repositories: of the nested ones only .git is protected.`,
    );
  }
  for (const name of namesOf(spec)) addAlways(draft, root, join(root, name));
  for (const base of nested.folders) {
    for (const name of isMany ? ['.git'] : namesOf(spec)) addAlways(draft, root, join(base, name));
  }
  for (const { name, reason } of RUNS_CODE_LATER)
    for (const below of belowRoot(name, root)) addWhereExisting(draft, join(root, below), reason);
}

/** The name itself, and what is left of it where the root is a folder in it: in `.config` it is `fish`. */
function belowRoot(name: string, root: string): string[] {
  const parts = name.split('/');
  const isHere = (count: number): boolean => root.endsWith(`/${parts.slice(0, count).join('/')}`);
  return parts.flatMap((_, count) => (count === 0 || isHere(count) ? [parts.slice(count).join('/')] : []));
}

function describeCut(root: string, { bound, at }: SearchCut): string {
  switch (bound) {
    case 'depth':
      return `${at} lies more than ${MAX_CHECKED_DEPTH} folders deep in ${root}: repositories nested that deep are not protected.`;
    case 'folders':
      return `${root} holds more than ${MAX_VISITED} folders: repositories nested from ${at} on are not protected.`;
    case 'entries':
      return `${at} holds more files than can be looked through: repositories nested from there on are not protected.`;
    case 'repositories':
      return `${root} holds more repositories than can be looked at: those from ${at} on are not protected.`;
  }
}

/** The folders to pin so that neither protected paths nor placeholders can be replaced by moving a parent. */
export function pinsOfPlan(
  plan: ProtectPlan,
  placeholders: readonly string[],
  roots: readonly string[],
): string[] {
  return pinsOf([...plan.readOnly, ...placeholders, ...plan.links.map((link) => link.path)], roots);
}

/**
 * The real path of a root as it was typed.
 * @throws Fault `user` when it lies inside the workspace but leads out of it: an earlier command may have swapped it.
 */
export function resolveRoot(typed: string, workspace: string): string {
  const plain = isAbsolute(typed) ? resolve(typed) : resolve(workspace, typed);
  const real = realpathSync.native(plain);
  if (isInside(plain, workspace) && !isInside(real, workspace)) throw movedFault(typed, real);
  return real;
}

/**
 * Checks that each root is still the folder it was when the session opened.
 * @throws Fault `user` when one now leads elsewhere or is gone.
 */
export function refuseMovedRoots(roots: readonly string[]): void {
  for (const root of roots) {
    let real: string | null = null;
    try {
      real = realpathSync.native(root);
    } catch {
      real = null;
    }
    if (real !== root) throw movedFault(root, real);
  }
}

function movedFault(root: string, real: string | null): Fault {
  return new Fault({
    kind: 'user',
    code: 'root-moved',
    message: `The writable root ${root} ${real === null ? 'is gone' : `now leads to ${real}`}: refused.`,
    hint: 'Name the folder that is meant by its own path.',
  });
}

function namesOf(spec: ProtectSpec): string[] {
  return [...new Set([...ALWAYS_PROTECTED.map((row) => row.name), ...spec.names])];
}

function addAlways(draft: Draft, root: string, path: string): void {
  const place = lookAtProtected(path);
  if (basename(path) === '.git') addGitFolders(draft, path, place);
  switch (place.kind) {
    case 'present':
      for (const protectedPath of place.paths) draft.readOnly.add(protectedPath);
      // It may be the placeholder of another session: then it goes away with that one unless we hold it too.
      if (isEmptyFolder(path)) addMissing(draft, root, path);
      return;
    case 'link':
      draft.links.push({ path, target: place.target });
      for (const protectedPath of place.paths) draft.readOnly.add(protectedPath);
      // A link to nowhere: whoever makes its target makes the protected thing.
      if (place.paths.length === 0 && place.realTarget !== null && isBelow(place.realTarget, root)) {
        addMissing(draft, root, place.realTarget);
      }
      return;
    case 'missing':
      addMissing(draft, root, path);
  }
}

function addGitFolders(draft: Draft, path: string, place: ProtectedPlace): void {
  if (place.kind === 'missing') return;
  draft.gitFolders.push(...place.paths);
  // Whoever makes what a file leads to makes the repository.
  const leads = place.paths.filter((lead) => lead !== path);
  if (isFile(path) && !leads.some(hasGitParts)) draft.dangling.push(dirname(path));
}

function addMissing(draft: Draft, root: string, path: string): void {
  const list = draft.missing.get(root) ?? [];
  if (!list.includes(path)) list.push(path);
  draft.missing.set(root, list);
}

function addWhereExisting(draft: Draft, typed: string, reason: string): void {
  const path = realParent(typed);
  const place = lookAtProtected(path);
  if (place.kind === 'missing') draft.watched.push({ path, reason });
  else for (const protectedPath of place.paths) draft.readOnly.add(protectedPath);
  if (place.kind === 'link') draft.links.push({ path, target: place.target });
}

/** The path with every link but one at its end resolved; as it is when the parent does not exist. */
function realParent(path: string): string {
  const parent = dirname(path);
  try {
    return existsSync(parent) ? join(realpathSync.native(parent), basename(path)) : path;
  } catch {
    return path;
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
