import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface NestedRepositories {
  /** Folders below the root that have a `.git` of any kind. */
  readonly folders: readonly string[];
  /** True when a bound was reached: there may be more. */
  readonly isCut: boolean;
}

const MAX_DEPTH = 6;
const MAX_FOUND = 300;
const MAX_VISITED = 20_000;

/** Never entered: they hold no repositories of the person, and a great many folders. */
const PRUNED = new Set(['node_modules', '.git', '.hg', '.svn', '__pycache__', '.venv', '.cache']);

/** Looks for repositories below `root`, breadth first, without following links. Each costs two mounts at every launch. */
export function findNestedRepositories(root: string): NestedRepositories {
  const folders: string[] = [];
  let layer = [root];
  let visited = 0;
  for (let depth = 0; depth <= MAX_DEPTH && layer.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of layer) {
      if (++visited > MAX_VISITED || folders.length >= MAX_FOUND) return { folders, isCut: true };
      const entries = listFolder(folder);
      if (folder !== root && entries.some((entry) => entry.name === '.git')) folders.push(folder);
      next.push(...foldersToEnter(folder, entries));
    }
    layer = next;
  }
  return { folders, isCut: layer.length > 0 };
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
