/** Errors of the file system in words for people and agents, without the names of temporary files that they quote. */
import { showLine } from '../../timeline/index.ts';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'the permissions of the file or its folder forbid it',
  EPERM: 'the permissions of the file or its folder forbid it',
  EROFS: 'the disk is read-only there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EEXIST: 'something of that name is there already',
  ENOENT: 'it is not there any more',
  ENOTDIR: 'a part of its path is no folder, or a link',
  ELOOP: 'a part of its path is a link',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'its name is too long',
  EXDEV: 'it lies on another disk',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'something else uses it',
  ETXTBSY: 'it is a program that runs',
  EIO: 'the disk reports an error',
};

/** Why something could not be done with a file, to stand behind a colon. */
export function plainCause(cause: unknown): string {
  if (!(cause instanceof Error)) return 'for a reason that is not known';
  const code = codeOf(cause);
  if (code === undefined) return showLine(cause.message, 300);
  return WORDS[code] ?? `the system says ${showLine(code, 40)}`;
}

/** True for the error of a name that is taken. */
export function isTaken(cause: unknown): boolean {
  return codeOf(cause) === 'EEXIST';
}

/** True where something else stands, or nothing, where a folder was. */
export function isMoved(cause: unknown): boolean {
  return ['EEXIST', 'ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(cause) ?? '');
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}
