import { opendir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { MethodResult } from '../protocol/index.ts';
import { expandHome } from './config/index.ts';

const MAX_FOLDERS = 100;
const MAX_ENTRIES = 20_000;

/**
 * The folders whose names begin as the last part of what is typed, for a form that completes paths; hidden ones only
 * when that part begins with a dot. Never throws: what cannot be read has no folders.
 */
export async function listFolders(typed: string, home: string): Promise<MethodResult<'folder/list'>> {
  const path = expandHome(typed, home);
  if (!isAbsolute(path)) return { folders: [], exists: false };
  const exists = await isFolder(path);
  // `~` alone has no part to complete: its folders come behind the next slash.
  const cut = typed.lastIndexOf('/') + 1;
  if (cut === 0) return { folders: [], exists };
  const parent = expandHome(typed.slice(0, cut), home);
  return { folders: await findFolders(parent, typed.slice(cut)), exists };
}

async function findFolders(parent: string, begin: string): Promise<string[]> {
  const { folders, others } = await readNames(parent, begin);
  const names = [...folders, ...others].sort((a, b) => (a < b ? -1 : 1));
  const found: string[] = [];
  for (const name of names) {
    if (found.length === MAX_FOLDERS) break;
    if (folders.has(name) || (await isFolder(join(parent, name)))) found.push(name);
  }
  return found;
}

/** Names that begin so: folders, and what may lead to one. */
async function readNames(
  parent: string,
  begin: string,
): Promise<{ folders: Set<string>; others: Set<string> }> {
  const folders = new Set<string>();
  const others = new Set<string>();
  try {
    let left = MAX_ENTRIES;
    for await (const entry of await opendir(parent)) {
      left -= 1;
      if (left < 0) break;
      const { name } = entry;
      if (!name.startsWith(begin) || (name.startsWith('.') && !begin.startsWith('.'))) continue;
      if (entry.isDirectory()) folders.add(name);
      // Some file systems do not tell the kind.
      else if (!entry.isFile()) others.add(name);
    }
  } catch {
    // Not readable, or no folder: nothing can be completed.
  }
  return { folders, others };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
