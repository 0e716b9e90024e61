import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SECRET_PATHS } from './secrets.ts';

/** As many links as the kernel follows. */
const MAX_LINKS = 40;

/** Rows that only another system has. */
const ELSEWHERE = '~/Library/';

/**
 * Where the built-in secrets of a home folder are or would be, there or not: each name, and through links every name up
 * to the last one, which may be missing. Rows that a variable names, or with `*`, are not among them: what they come to is
 * known by what exists.
 * @param home absolute and real
 */
export function listSecretNames(home: string): string[] {
  const places = new RealFolders();
  const names = SECRET_PATHS.flatMap(({ path }) => {
    if (path.startsWith('$') || path.startsWith(ELSEWHERE) || path.includes('*')) return [];
    return followName(path.startsWith('~/') ? join(home, path.slice(2)) : path, places);
  });
  return [...new Set(names)].filter((path) => path !== '/' && path !== home);
}

/** The name itself, with no link above it, and each name that it leads to while it is a link. */
function followName(path: string, places: RealFolders): string[] {
  // A folder above may be a link now and none later.
  const names = [path];
  let next = path;
  for (let hops = 0; hops < MAX_LINKS; hops++) {
    const here = join(places.realOf(dirname(next)), basename(next));
    names.push(here);
    const target = readLink(here);
    if (target === null) break;
    next = resolve(dirname(here), target);
  }
  return names;
}

function readLink(path: string): string | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

/** Folders by their real paths, also missing ones; most secrets lie in the same few. */
class RealFolders {
  readonly #known = new Map<string, string>();

  realOf(folder: string): string {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const real = this.#resolve(folder);
    this.#known.set(folder, real);
    return real;
  }

  #resolve(folder: string): string {
    if (folder === '/') return folder;
    try {
      if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return realpathSync.native(folder);
    } catch {
      // A link that leads nowhere, or a folder that may not be entered.
      return folder;
    }
    return join(this.realOf(dirname(folder)), basename(folder));
  }
}
