import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

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

/**
 * The folders that a `.git` file points to: its git folder, and the common one of a worktree. Existing, real. Read more
 * leniently than git does: these are protected, and one too many is no loss.
 */
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

/** In a git folder: what makes git run programs or look elsewhere. */
export const GIT_INNER = [
  'hooks',
  'config',
  'config.worktree',
  'info/attributes',
  'modules',
  'commondir',
  'gitdir',
];

/** The same in the folder that a linked worktree has in its repository. */
export const WORKTREE_INNER = ['hooks', 'config', 'config.worktree', 'commondir', 'gitdir'];

const GIT_PARTS = ['HEAD', 'objects', 'refs'];

/** By its parts; one without them becomes a repository as soon as somebody makes them. */
export function hasGitParts(path: string): boolean {
  return GIT_PARTS.every((name) => isReal(`${path}/${name}`));
}

/** The folder of a linked worktree inside its repository. */
export function isWorktreeFolder(path: string): boolean {
  return (
    basename(dirname(path)) === 'worktrees' &&
    ['HEAD', 'commondir', 'gitdir'].every((name) => isReal(`${path}/${name}`))
  );
}

/** Names below a git folder that its linked worktrees keep protected. */
export function innerOfWorktrees(path: string): string[] {
  const worktrees = `${path}/worktrees`;
  if (!isReal(worktrees)) return [];
  const folders = readdirSync(worktrees, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => WORKTREE_INNER.map((inner) => `worktrees/${name}/${inner}`));
}

/**
 * The repository that a write to a real path belongs to: the path of its git folder, of a linked worktree that of the
 * repository it shares. Null for what is no part of one, and for the parts of it that stay protected in every case.
 */
export function findRepository(real: string): string | null {
  for (let folder = real; folder !== '/' && folder !== '.'; folder = dirname(folder)) {
    const found = repositoryAt(folder);
    if (found === null) continue;
    const inner = real.slice(folder.length + 1);
    const closed = isWorktreeFolder(folder) ? WORKTREE_INNER : GIT_INNER;
    return closed.some((name) => inner === name || inner.startsWith(`${name}/`)) ? null : found;
  }
  return null;
}

function repositoryAt(folder: string): string | null {
  if (hasGitParts(folder)) return folder;
  if (isWorktreeFolder(folder)) {
    const common = dirname(dirname(folder));
    return hasGitParts(common) ? common : null;
  }
  if (basename(folder) !== '.git' || lstatOrNull(folder)?.isFile() !== true) return null;
  // The common one is named last.
  const leads = gitFolders(folder).findLast(hasGitParts);
  return leads ?? null;
}

function isReal(path: string): boolean {
  return realOrNull(path) === path;
}

/** A work tree and where git keeps what it knows of it. */
export interface WorkTree {
  /** Its topmost folder. */
  readonly top: string;
  readonly gitFolder: string;
  /** That of the repository: of a linked worktree the shared one. */
  readonly commonFolder: string;
}

/** The work tree that a real path lies in, found as git finds it; null in none. Nothing of git runs. */
export function findWorkTree(real: string): WorkTree | null {
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    const found = workTreeAt(folder);
    if (found !== null) return found;
    if (folder === dirname(folder)) return null;
  }
}

function workTreeAt(top: string): WorkTree | null {
  const pointer = join(top, '.git');
  const stat = lstatOrNull(pointer);
  if (stat === null) return null;
  const folders = stat.isFile() ? gitFolders(pointer) : [realOrNull(pointer)].filter((path) => path !== null);
  const [gitFolder, commonFolder = gitFolder] = folders;
  if (gitFolder === undefined || commonFolder === undefined || !hasGitParts(commonFolder)) return null;
  return { top, gitFolder, commonFolder };
}
