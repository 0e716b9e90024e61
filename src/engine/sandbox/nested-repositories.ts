import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { printRepository } from './print-repository.ts';

export interface NestedRepositories {
  /** Folders below the root that have a `.git` of any kind, as many as can be protected by mounts. */
  readonly folders: readonly string[];
  /** Those beyond: they can only be looked at again after a run. */
  readonly beyond: readonly CheckedRepository[];
  /** True when a bound was reached: there may be more. */
  readonly isCut: boolean;
}

export interface CheckedRepository {
  readonly folder: string;
  /** What in its `.git` runs code, as it was. */
  readonly print: string;
}

const MAX_DEPTH = 6;
/** Deeper ones, down to here, are looked at again. */
const MAX_CHECKED_DEPTH = 9;
const MAX_CHECKED = 2000;
const MAX_FOUND = 300;
const MAX_VISITED = 20_000;

/** Never entered: they hold no repositories of the person, and a great many folders. */
const PRUNED = new Set(['node_modules', '.git', '.hg', '.svn', '__pycache__', '.venv', '.cache']);

/** Looks for repositories below `root`, breadth first, without following links. Each costs two mounts at every launch. */
export function findNestedRepositories(root: string): NestedRepositories {
  const folders: string[] = [];
  const beyond: CheckedRepository[] = [];
  const add = (folder: string, depth: number): void => {
    if (depth <= MAX_DEPTH && folders.length < MAX_FOUND) folders.push(folder);
    else beyond.push({ folder, print: printRepository(folder) });
  };
  let layer = [root];
  let visited = 0;
  for (let depth = 0; depth <= MAX_CHECKED_DEPTH && layer.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of layer) {
      if (++visited > MAX_VISITED || beyond.length >= MAX_CHECKED) return { folders, beyond, isCut: true };
      const entries = listFolder(folder);
      if (folder !== root && entries.some((entry) => entry.name === '.git')) add(folder, depth);
      next.push(...foldersToEnter(folder, entries));
    }
    layer = next;
  }
  return { folders, beyond, isCut: layer.length > 0 };
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
