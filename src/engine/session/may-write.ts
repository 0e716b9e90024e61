/**
 * What the session's user could write. An engine that runs as root has rights that programs behind the wall do not have:
 * a file is changed only where its owner and mode let this user in. For everybody else the system itself decides.
 */
import type { Stats } from 'node:fs';

const WRITE = 2;
const WRITE_AND_ENTER = 3;
const STICKY = 0o1000;

interface User {
  readonly uid: number;
  readonly groups: ReadonlySet<number>;
}

function currentUser(): User {
  const groups = new Set([process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])]);
  return { uid: process.geteuid?.() ?? 0, groups };
}

function hasRights(stat: Stats, wanted: number, { uid, groups }: User): boolean {
  const shift = stat.uid === uid ? 6 : groups.has(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & wanted) === wanted;
}

/** Whether this user may change the file (null: make it) in the folder. */
export function mayWrite(folder: Stats, file: Stats | null): boolean {
  if (process.platform === 'win32' || process.geteuid?.() !== 0) return true;
  const user = currentUser();
  if (!hasRights(folder, WRITE_AND_ENTER, user)) return false;
  if (file === null) return true;
  const isSticky = (folder.mode & STICKY) !== 0 && folder.uid !== user.uid && file.uid !== user.uid;
  return !isSticky && hasRights(file, WRITE, user);
}
