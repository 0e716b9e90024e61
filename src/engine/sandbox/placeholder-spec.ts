/**
 * How the janitor is told what to make: a plain path is an empty folder; behind `=` stands the path of an empty file,
 * behind `.` that of a file whose only line is `.`, which as the `commondir` of a repository names the repository itself.
 */

export function emptyFilePlaceholder(path: string): string {
  return `=${path}`;
}

export function sameFolderPlaceholder(path: string): string {
  return `.${path}`;
}

/** The path that a placeholder stands at. */
export function placeholderPath(spec: string): string {
  return spec.replace(/^[=.]/, '');
}
