import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** `~` and `~/…` become paths below the home folder. */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** The real path of an existing folder; undefined when there is none. */
export function findRealFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** The real path of something that need not exist: links are resolved as far as there is something. */
export function resolveExistingPart(path: string): string {
  const whole = resolve(path);
  const missing: string[] = [];
  let existing = whole;
  for (;;) {
    const real = findRealPath(existing);
    if (real !== undefined) return join(real, ...missing);
    if (dirname(existing) === existing) return whole;
    missing.unshift(basename(existing));
    existing = dirname(existing);
  }
}

/** Looked up first: of what is not there an exception each would take most of the time of a long list. */
function findRealPath(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** True when `inner` is `outer` or lies below it. Both absolute and normal. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

/** An absolute path from one that may begin with `~` or be relative to `base`. */
export function makeAbsolute(path: string, base: string, home: string): string {
  const expanded = expandHome(path, home);
  return isAbsolute(expanded) ? resolve(expanded) : resolve(base, expanded);
}
