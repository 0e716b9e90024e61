import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';

const MOST_LINKS = 40;

interface PathWay {
  /** What is found there. */
  readonly real: string;
  /** Every folder in which a part of the path was looked up, links followed: who writes in one decides what is found. */
  readonly folders: readonly string[];
}

/** How the system gets to what an absolute path names; null where it leads nowhere. */
export async function findWay(path: string): Promise<PathWay | null> {
  const folders = new Set<string>();
  let rest = partsOf(path);
  let real = '/';
  for (let links = 0; rest.length > 0; ) {
    const [part = '', ...behind] = rest;
    const next = join(real, part);
    folders.add(real);
    const found = await lstat(next).catch(() => null);
    if (found === null) return null;
    if (!found.isSymbolicLink()) {
      real = next;
      rest = behind;
      continue;
    }
    links += 1;
    const target = links > MOST_LINKS ? null : await readlink(next).catch(() => null);
    if (target === null) return null;
    rest = [...partsOf(target), ...behind];
    if (target.startsWith('/')) real = '/';
  }
  return { real, folders: [...folders] };
}

/** `..` stays: joined to a real path it is the folder above. */
function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
