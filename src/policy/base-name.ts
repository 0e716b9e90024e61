/** The last part of a path: what a program is called. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
