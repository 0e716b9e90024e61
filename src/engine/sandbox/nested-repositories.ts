import { type Dirent, lstatSync, type Stats, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type Pieces, runAtOnce } from './inspection-budget.ts';
import { type FolderEntries, listEntries, listSmallFolder, MAX_ENTRIES } from './list-entries.ts';
import { printGitFolder, printRepository, printSettings } from './print-repository.ts';
import { ALWAYS_PROTECTED } from './protected-names.ts';

export interface NestedRepositories {
  /** Folders below the root that have a `.git` of any kind, as many as can be protected by mounts. */
  readonly folders: readonly string[];
  /** Those beyond: they can only be looked at again after a run. */
  readonly beyond: readonly CheckedRepository[];
  /** Folders below the root that are laid out as a git folder themselves: the same. */
  readonly bare: readonly CheckedRepository[];
  /** Folders of settings (`.codex` and the like) in ordinary folders: the same. Empty ones are left out. */
  readonly settings: readonly CheckedRepository[];
  /** Where the look ended at a bound, and which; there may be more. Null when all was seen. */
  readonly cut: SearchCut | null;
}

export interface SearchCut {
  readonly bound: SearchBound;
  /** The first folder that was not looked into, or not to its end. */
  readonly at: string;
}

/** For several searches together; each takes from it. */
export interface SearchAllowance {
  folders: number;
}

export type SearchBound = 'depth' | 'folders' | 'repositories' | 'entries';

export interface CheckedRepository {
  readonly folder: string;
  /** What in it, or in its `.git`, is obeyed, as it was. */
  readonly print: string;
}

const MAX_DEPTH = 6;
/** Deeper ones, down to here, are looked at again. */
export const MAX_CHECKED_DEPTH = 9;
/** Of repositories, bare ones and folders of settings together. */
const MAX_CHECKED = 2000;
const MAX_FOUND = 300;
export const MAX_VISITED = 20_000;
/** Of all folders together. */
const MAX_ALL_ENTRIES = 4 * MAX_ENTRIES;

/** Never entered: they hold no repositories of the person, and a great many folders. */
const PRUNED = new Set([
  ...['.git', '.hg', '.svn', '.cache', 'node_modules'],
  ...['site-packages', 'dist-packages', '__pycache__', '.venv', '.tox', '.nox', '.mypy_cache'],
]);

/**
 * Kinds of file systems (ext2 to ext4, XFS, tmpfs) on which a folder has exactly one link for each folder in it, and two
 * of its own. Others may say what they like.
 */
const COUNTS_FOLDERS = new Set([0xef53, 0x58465342, 0x01021994]);
/** On these, and on Btrfs and overlays of them, the size of a folder grows with what is in it. */
const SIZES_GROW = new Set([...COUNTS_FOLDERS, 0x9123683e, 0x794c7630]);
/** Of a folder that is read at once: some thousand names. */
const SMALL_FOLDER_BYTES = 64 * 1024;

const SETTINGS = ALWAYS_PROTECTED.map(({ name }) => name).filter((name) => name !== '.git');

/** Looks for repositories below `root`, breadth first, without following links. Each costs two mounts at every launch. */
export function findNestedRepositories(root: string): NestedRepositories {
  return runAtOnce(searchNestedRepositories(root));
}

/** The same, one folder after the other. */
export function* searchNestedRepositories(
  root: string,
  allowance: SearchAllowance | null = null,
): Pieces<NestedRepositories> {
  const search = new NestedSearch(root, allowance);
  let layer = [root];
  for (let depth = 0; depth <= MAX_CHECKED_DEPTH && layer.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of layer) {
      const bound = search.boundReached();
      if (bound !== null) return search.result({ bound, at: folder });
      // One by one: a hundred thousand are too many arguments.
      for (const inner of search.lookInto(folder, depth)) next.push(inner);
      yield;
    }
    layer = next;
  }
  const [deeper] = layer;
  return search.result(deeper === undefined ? null : { bound: 'depth', at: deeper });
}

class NestedSearch {
  readonly #root: string;
  readonly #device: KnownDevice;
  readonly #allowance: SearchAllowance;
  readonly #folders: string[] = [];
  readonly #beyond: CheckedRepository[] = [];
  readonly #bare: CheckedRepository[] = [];
  readonly #settings: CheckedRepository[] = [];
  #visited = 0;
  #entries = 0;
  /** The first folder with more in it than was read. */
  #overfull: string | null = null;

  constructor(root: string, allowance: SearchAllowance | null) {
    this.#root = root;
    this.#allowance = allowance ?? { folders: MAX_VISITED };
    this.#device = knowDevice(root);
  }

  boundReached(): SearchBound | null {
    if (this.#beyond.length + this.#bare.length + this.#settings.length >= MAX_CHECKED) return 'repositories';
    if (this.#entries >= MAX_ALL_ENTRIES) return 'entries';
    return this.#visited >= MAX_VISITED || this.#allowance.folders <= 0 ? 'folders' : null;
  }

  result(cut: SearchCut | null): NestedRepositories {
    const [folders, beyond, bare, settings] = [this.#folders, this.#beyond, this.#bare, this.#settings];
    const overfull: SearchCut | null =
      this.#overfull === null ? null : { bound: 'entries', at: this.#overfull };
    // A folder that was read in part is worse than one that lies deep.
    return {
      folders,
      beyond,
      bare,
      settings,
      cut: cut?.bound === 'depth' ? (overfull ?? cut) : (cut ?? overfull),
    };
  }

  /** Gives the folders to look into next. */
  lookInto(folder: string, depth: number): readonly string[] {
    this.#visited += 1;
    this.#allowance.folders -= 1;
    const stat = lookAt(folder);
    if (stat !== null && isLeaf(stat, this.#device)) {
      if (folder !== this.#root) this.#note(folder, depth, (name) => exists(`${folder}/${name}`));
      return [];
    }
    const isSmall = stat !== null && this.#device.sizesGrow && stat.dev === this.#device.dev;
    const { entries, isCut }: FolderEntries =
      isSmall && stat.size <= SMALL_FOLDER_BYTES ? listSmallFolder(folder) : listEntries(folder, MAX_ENTRIES);
    this.#entries += entries.length;
    if (isCut) this.#overfull ??= folder;
    const names = new Set(entries.map(({ name }) => name));
    if (folder !== this.#root) this.#note(folder, depth, (name) => names.has(name));
    return foldersToEnter(folder, entries);
  }

  #note(folder: string, depth: number, has: (name: string) => boolean): void {
    if (has('.git')) {
      if (depth <= MAX_DEPTH && this.#folders.length < MAX_FOUND) this.#folders.push(folder);
      else this.#beyond.push({ folder, print: printRepository(folder) });
    }
    if (has('HEAD') && (has('commondir') || (has('objects') && has('refs'))))
      this.#bare.push({ folder, print: printGitFolder(folder) });
    for (const name of SETTINGS) {
      const place = `${folder}/${name}`;
      const print = has(name) && isFolderOrLink(place) ? printSettings(place) : null;
      if (print !== null) this.#settings.push({ folder: place, print });
    }
  }
}

/** The file system of the root, and what its numbers tell. */
interface KnownDevice {
  readonly dev: number | null;
  readonly countsFolders: boolean;
  readonly sizesGrow: boolean;
}

function knowDevice(root: string): KnownDevice {
  try {
    const { type } = statfsSync(root);
    const { dev } = lstatSync(root);
    return { dev, countsFolders: COUNTS_FOLDERS.has(type), sizesGrow: SIZES_GROW.has(type) };
  } catch {
    return { dev: null, countsFolders: false, sizesGrow: false };
  }
}

/** Whether no folder is in it, known without reading it: large workspaces are mostly files. */
function isLeaf(stat: Stats, { dev, countsFolders }: KnownDevice): boolean {
  return countsFolders && stat.dev === dev && stat.nlink === 2;
}

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Unreadable for the person: the sandboxed program cannot enter it either.
    return null;
  }
}

function exists(path: string): boolean {
  return lookAt(path) !== null;
}

/** A file of that name is no settings. */
function isFolderOrLink(path: string): boolean {
  const stat = lookAt(path);
  return stat !== null && (stat.isDirectory() || stat.isSymbolicLink());
}

function foldersToEnter(folder: string, entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !PRUNED.has(entry.name))
    .map((entry) => join(folder, entry.name));
}
