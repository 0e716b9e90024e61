import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import type { LateFinding } from './sandbox.ts';

/** A finding with a line that moves what it is about. What a session made may be named in the reason. */
export function aside(path: string, reason: string): LateFinding {
  return { path, reason: showLine(reason), undo: moveAside(path) };
}

/** The same for a `.git`: a folder would still be a bare repository under its other name. */
export function asideGit(git: string, reason: string): LateFinding {
  const finding = aside(git, reason);
  if (!isFolder(git)) return finding;
  return { ...finding, undo: `${moveAside(git)} && ${moveAside(join(`${git}.put-aside`, 'HEAD'))}` };
}

/** Under another name nobody obeys it, and nothing is lost. */
export function moveAside(path: string): string {
  return `mv -n -- ${quote(path)} ${quote(`${path}.put-aside`)}`;
}

/** As a word for a shell. A name that would break the line it is shown in is written with escapes. */
export function quote(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) return `'${path.replaceAll("'", `'\\''`)}'`;
  const bytes = [...Buffer.from(path)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return `$'${bytes.join('')}'`;
}

export function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
