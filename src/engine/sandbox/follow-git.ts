/**
 * Where a `.git`, or the `commondir` of a git folder, makes git look. Promises: nothing is waited for, and whatever git
 * itself does not write is `odd`. Without it a file of one line would lead git to a configuration that nobody looked at.
 */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isMissing } from '../base/index.ts';

const MAX_POINTER_BYTES = 4096;

export type GitLead =
  | { readonly kind: 'none' }
  /** It leads nowhere else. */
  | { readonly kind: 'folder' }
  | LeadElsewhere
  | { readonly kind: 'odd' };

export interface LeadElsewhere {
  readonly kind: 'elsewhere';
  /** Without any link resolved. */
  readonly named: string;
  /** Null where nothing is there. */
  readonly real: string | null;
}

/** Looks at a `.git` of any kind. */
export function followGit(path: string): GitLead {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { kind: 'none' };
    if (stat.isDirectory()) return { kind: 'folder' };
    if (stat.isSymbolicLink()) return leadTo(dirname(path), readlinkSync(path));
    const [, target] = /^gitdir: ([^\n\r]+)[\n\r]*$/.exec(readPlainFile(path, MAX_POINTER_BYTES) ?? '') ?? [];
    return target === undefined ? { kind: 'odd' } : leadTo(dirname(path), asText(target));
  } catch {
    return { kind: 'odd' };
  }
}

/** Looks at the `commondir` in a git folder, which git takes configuration, hooks and objects from. */
export function followCommonFolder(gitFolder: string): GitLead {
  try {
    const text = readPlainFile(join(gitFolder, 'commondir'), MAX_POINTER_BYTES);
    if (text === null) return { kind: 'none' };
    const [, target] = /^([^\n\r]+)[\n\r]*$/.exec(text) ?? [];
    // Our own placeholder names the folder itself.
    if (target === '.') return { kind: 'folder' };
    return target === undefined ? { kind: 'odd' } : leadTo(gitFolder, asText(target));
  } catch {
    return { kind: 'odd' };
  }
}

/**
 * The bytes of a plain file, a character for each; null where there is none.
 * @throws Error for anything else than a plain file of at most so many bytes.
 */
export function readPlainFile(path: string, maxBytes: number): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > maxBytes) throw new Error('it is no plain file of that size');
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(fd, bytes, length, bytes.length - length, null);
    return bytes.toString('latin1', 0, length);
  } finally {
    closeSync(fd);
  }
}

/** `from` has no link in it. */
function leadTo(from: string, target: string): GitLead {
  // A way back behind a name may pass a link, and what the kernel shows is another for each process.
  const parts = target.split('/');
  const down = parts.findIndex((part) => part !== '..' && part !== '.' && part !== '');
  if (down >= 0 && parts.includes('..', down)) return { kind: 'odd' };
  const named = resolve(from, target);
  // Bytes that are no text cannot be named here.
  if (named.includes('\ufffd') || /^\/(proc|dev|sys)(\/|$)/.test(named)) return { kind: 'odd' };
  return { kind: 'elsewhere', named, real: realOrNull(named) };
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
