import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What stands at the place of a `.git`, or of any other protected name. */
export type ProtectedPlace =
  | { readonly kind: 'missing' }
  /** Read-only: the place itself and what it leads to. */
  | { readonly kind: 'present'; readonly paths: readonly string[] }
  /** A link cannot be mounted over: its target is protected, and the link compared afterwards. */
  | {
      readonly kind: 'link';
      readonly target: string;
      readonly realTarget: string | null;
      readonly paths: readonly string[];
    };

const MAX_POINTER_BYTES = 4096;

/** Looks at a protected name without following a link at its end. An unreadable parent counts as missing. */
export function lookAtProtected(path: string): ProtectedPlace {
  const stat = lstatOrNull(path);
  if (stat === null) return { kind: 'missing' };
  const isGit = path.endsWith('/.git');
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(path);
    const realTarget = realOrNull(path);
    const paths = realTarget === null ? [] : [realTarget, ...(isGit ? gitFolders(realTarget) : [])];
    return { kind: 'link', target, realTarget: realTarget ?? resolve(dirname(path), target), paths };
  }
  return { kind: 'present', paths: [path, ...(isGit && stat.isFile() ? gitFolders(path) : [])] };
}

/** The folders that a `.git` file points to: its git folder, and the common one of a worktree. Existing, real. */
function gitFolders(pointer: string): string[] {
  const text = readStart(pointer);
  const match = text === null ? null : /^gitdir: *([^\n]+)/.exec(text);
  if (match?.[1] === undefined) return [];
  const gitFolder = realOrNull(resolve(dirname(pointer), match[1].trimEnd()));
  if (gitFolder === null) return [];
  const common = readStart(`${gitFolder}/commondir`)?.trim();
  const commonFolder = common === undefined || common === '' ? null : realOrNull(resolve(gitFolder, common));
  return commonFolder === null ? [gitFolder] : [gitFolder, commonFolder];
}

/** The first bytes of a regular file; null for anything else. Never waits, not even for a pipe in disguise. */
function readStart(path: string): string | null {
  try {
    if (!existsSync(path) || !lstatSync(path).isFile()) return null;
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(MAX_POINTER_BYTES);
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, MAX_POINTER_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

function lstatOrNull(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
