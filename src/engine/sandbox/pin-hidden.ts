/**
 * What keeps a hidden path at its name: the folders above it, in folders that may be written, are held as those above
 * protected paths are.
 *
 * Promises: none of them can be renamed or removed inside, else what is hidden would lie at a name that nothing covers in
 * the next launch. Beyond `MAX_PINS` folders the rest are read-only, which keeps them too.
 * Does not promise anything about links in the folders above: what is hidden is held by its real name.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { pinsOf } from './bubblewrap-arguments.ts';
import { isBelow, isInside, sortByDepth } from './path-inside.ts';

/** Each is a mount, made anew in every launch. */
const MAX_PINS = 500;

export interface HiddenPins {
  /** Bound onto themselves below the roots; real folders, shallow first. */
  readonly pins: readonly string[];
  /** Too many to pin: read-only as a whole. */
  readonly closed: readonly string[];
}

/** Plans it from the folders as they are now. `hidden` may name what is gone. */
export function pinHidden(hidden: readonly string[], roots: readonly string[], most = MAX_PINS): HiddenPins {
  const covered = new Set(hidden);
  const above = new Set(hidden.flatMap((path) => pinsOf([path], roots)));
  // Below something hidden nothing is seen that could be held, unless a root was opened in it again.
  const isUnseen = (path: string): boolean =>
    hidden.some((other) => isInside(path, other) && !isOpenedAgain(path, other, roots));
  const folders = sortByDepth(
    [...above].filter((path) => !covered.has(path) && !isUnseen(path) && isRealFolder(path)),
  );
  const rest = folders.slice(most);
  return {
    pins: folders.slice(0, most),
    closed: rest.filter((path) => !rest.some((other) => isBelow(path, other))),
  };
}

function isOpenedAgain(path: string, hidden: string, roots: readonly string[]): boolean {
  return roots.some((root) => isBelow(root, hidden) && isInside(path, root));
}

/** What is said when there are too many. */
export function notesOfPins(hidden: readonly string[], roots: readonly string[], most = MAX_PINS): string[] {
  const { closed } = pinHidden(hidden, roots, most);
  const [first] = closed;
  if (first === undefined) return [];
  return [
    `More than ${most} folders hold something that must not be read: ${first} and ${closed.length - 1} others of them are read-only.`,
  ];
}

function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && realpathSync.native(path) === path;
  } catch {
    return false;
  }
}
