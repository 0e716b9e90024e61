import { sep } from 'node:path';

/** Whether `path` is `folder` or lies below it. Both absolute, without `.` and `..`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || isBelow(path, folder);
}

/** Whether `path` lies below `folder` and is not `folder` itself. */
export function isBelow(path: string, folder: string): boolean {
  return path.length > folder.length && path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Shallow before deep, then by name: the order in which mounts do not hide each other. */
export function sortByDepth(paths: Iterable<string>): string[] {
  const depthOf = (path: string): number => (path === '/' ? 0 : path.split(sep).length);
  return [...new Set(paths)].sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1));
}
