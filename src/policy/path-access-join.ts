/** True when `path` is `folder` or lies below it; both absolute and without `.` or `..`. */
export function isAtOrBelow(path: string, folder: string): boolean {
  if (folder === '/') return path.startsWith('/');
  return path === folder || path.startsWith(`${folder}/`);
}

/** The folder that holds an absolute path; `/` for `/`. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** The last component of a path; empty for `/`. */
export function baseOf(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/**
 * The absolute path that a path as written would be if no symbolic link stood on the way. `~` and `~/…` mean `home`.
 * Only for wording and for what is missing: a decision about an existing file uses its real path.
 */
export function joinPath(text: string, cwd: string, home: string): string {
  const isHome = text === '~' || text.startsWith('~/');
  const whole = isHome ? `${home}${text.slice(1)}` : text.startsWith('/') ? text : `${cwd}/${text}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
