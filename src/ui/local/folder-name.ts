/** The last name of a path, as people call the folder; the path itself where it has none. */
export function folderNameOf(path: string): string {
  const names = path.split(/[/\\]/).filter((name) => name !== '');
  return names.at(-1) ?? path;
}
