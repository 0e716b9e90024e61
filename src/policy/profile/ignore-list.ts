/**
 * `.sallyportignore`: what sessions may not read, in the syntax of `.gitignore`. Promises: what git would ignore by such
 * a file is hidden, whether git knows the file or not; a folder that is hidden hides all below it, and a later `!` line
 * cannot open what lies in it. A pattern for folders only hides a file of that name too.
 */
import type { IgnoreList } from '../../protocol/index.ts';
import { fitsPattern, type PathPattern, readPattern, splitPath } from './match-pattern.ts';

interface IgnoreLine {
  readonly pattern: PathPattern;
  readonly isOpening: boolean;
  /** Of git: a slash at its end. */
  readonly isForFolders: boolean;
  /** From 1. */
  readonly line: number;
}

function readLine(raw: string, line: number): IgnoreLine | undefined {
  // Spaces at the end do not count, but for one behind a backslash.
  let text = raw.replace(/\r$/, '').replace(/(?<!\\) +$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const isOpening = text.startsWith('!');
  if (isOpening) text = text.slice(1);
  const inner = text.replace(/\/+$/, '');
  if (inner === '') return undefined;
  const isAnchored = inner.includes('/');
  return {
    pattern: readPattern(isAnchored ? inner : `**/${inner}`),
    isOpening,
    isForFolders: inner !== text,
    line,
  };
}

const READ = new WeakMap<IgnoreList, readonly IgnoreLine[]>();

function readLines(list: IgnoreList): readonly IgnoreLine[] {
  const known = READ.get(list);
  if (known !== undefined) return known;
  const lines = list.lines.flatMap((raw, index) => readLine(raw, index + 1) ?? []);
  READ.set(list, lines);
  return lines;
}

/** The line (from 1) that hides a real path in the folder of the list; null when none does. */
export function findIgnoringLine(real: string, list: IgnoreList): number | null {
  const { folder } = list;
  if (!isBelow(real, folder)) return null;
  const lines = readLines(list);
  if (lines.length === 0) return null;
  const parts = splitPath(real.slice(folder.length));
  for (let length = 1; length <= parts.length; length++) {
    const path = parts.slice(0, length);
    const last = lines.findLast(({ pattern }) => fitsPattern(pattern, path, true));
    if (last !== undefined && !last.isOpening) return last.line;
  }
  return null;
}

/**
 * Whether git would ignore a real path that it does not hold, by the lists of the folders above it: the outermost first,
 * of two for the same folder the stronger one last. `spend` is called for each line that is tried; it may throw where it
 * becomes too many.
 */
export function isIgnoredByGit(
  real: string,
  lists: readonly IgnoreList[],
  { isFolder, spend }: { readonly isFolder: boolean; readonly spend: () => void },
): boolean {
  const [outermost] = lists;
  if (outermost === undefined || !isBelow(real, outermost.folder)) return false;
  const top = outermost.folder === '/' ? '' : outermost.folder;
  const parts = splitPath(real.slice(top.length));
  return parts.some((_, at) => {
    const path = `${top}/${parts.slice(0, at + 1).join('/')}`;
    const line = decidingLine(path, lists, { isFolder: isFolder || at < parts.length - 1, spend });
    return line !== undefined && !line.isOpening;
  });
}

/** The list nearest to the path that says something of it decides, and in that its last line. */
function decidingLine(
  path: string,
  lists: readonly IgnoreList[],
  { isFolder, spend }: { readonly isFolder: boolean; readonly spend: () => void },
): IgnoreLine | undefined {
  for (const list of lists.toReversed()) {
    if (!isBelow(path, list.folder)) continue;
    const parts = splitPath(path.slice(list.folder === '/' ? 0 : list.folder.length));
    const found = readLines(list).findLast(({ pattern, isForFolders }) => {
      spend();
      return (isFolder || !isForFolders) && fitsPattern(pattern, parts, true);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function isBelow(real: string, folder: string): boolean {
  return real.startsWith(folder === '/' ? '/' : `${folder}/`);
}
