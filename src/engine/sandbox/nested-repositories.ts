import { type Dirent, lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { printRepository } from './print-repository.ts';

export interface NestedRepositories {
  /** Folders below the root that have a `.git` of any kind, as many as can be protected by mounts. */
  readonly folders: readonly string[];
  /** Those beyond: they can only be looked at again after a run. */
  readonly beyond: readonly CheckedRepository[];
  /** Where the look ended at a bound, and which; there may be more. Null when all was seen. */
  readonly cut: SearchCut | null;
}

export interface SearchCut {
  readonly bound: 'depth' | 'folders' | 'repositories';
  /** The first folder that was not looked into. */
  readonly at: string;
}

export interface CheckedRepository {
  readonly folder: string;
  /** What in its `.git` runs code, as it was. */
  readonly print: string;
}

const MAX_DEPTH = 6;
/** Deeper ones, down to here, are looked at again. */
export const MAX_CHECKED_DEPTH = 9;
const MAX_CHECKED = 2000;
const MAX_FOUND = 300;
export const MAX_VISITED = 20_000;

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

/** Looks for repositories below `root`, breadth first, without following links. Each costs two mounts at every launch. */
export function findNestedRepositories(root: string): NestedRepositories {
  const folders: string[] = [];
  const beyond: CheckedRepository[] = [];
  const add = (folder: string, depth: number): void => {
    if (depth <= MAX_DEPTH && folders.length < MAX_FOUND) folders.push(folder);
    else beyond.push({ folder, print: printRepository(folder) });
  };
  const device = deviceThatCounts(root);
  let layer = [root];
  let visited = 0;
  for (let depth = 0; depth <= MAX_CHECKED_DEPTH && layer.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of layer) {
      if (beyond.length >= MAX_CHECKED)
        return { folders, beyond, cut: { bound: 'repositories', at: folder } };
      if (++visited > MAX_VISITED) return { folders, beyond, cut: { bound: 'folders', at: folder } };
      const seen = lookInto(folder, device);
      if (folder !== root && seen.isRepository) add(folder, depth);
      next.push(...seen.folders);
    }
    layer = next;
  }
  const [deeper] = layer;
  return { folders, beyond, cut: deeper === undefined ? null : { bound: 'depth', at: deeper } };
}

interface Seen {
  readonly isRepository: boolean;
  /** To look into next. */
  readonly folders: readonly string[];
}

function lookInto(folder: string, device: number | null): Seen {
  if (isLeaf(folder, device)) return { isRepository: exists(join(folder, '.git')), folders: [] };
  const entries = listFolder(folder);
  return {
    isRepository: entries.some((entry) => entry.name === '.git'),
    folders: foldersToEnter(folder, entries),
  };
}

/** The device of the root where its links can be relied on; null elsewhere. */
function deviceThatCounts(root: string): number | null {
  try {
    return COUNTS_FOLDERS.has(statfsSync(root).type) ? lstatSync(root).dev : null;
  } catch {
    return null;
  }
}

/** Whether no folder is in it, known without reading it: large workspaces are mostly files. */
function isLeaf(folder: string, device: number | null): boolean {
  if (device === null) return false;
  try {
    const stat = lstatSync(folder);
    return stat.dev === device && stat.nlink === 2;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Unreadable for the person: the sandboxed program cannot enter it either.
    return false;
  }
}

function foldersToEnter(folder: string, entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !PRUNED.has(entry.name))
    .map((entry) => join(folder, entry.name));
}

function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Unreadable for the person: the sandboxed program cannot enter it either.
    return [];
  }
}
