import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { Fault } from '../protocol/index.ts';

/**
 * Makes sure that `path` is a folder of this user that nobody else can look into (0700), and makes it where it is
 * missing. Throws a `host` fault when it is something else: a socket or a lock in a folder of strangers guards nothing.
 */
export function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    if (!stats.isDirectory()) throw notPrivate(path, 'is not a folder');
    if (process.getuid === undefined) return;
    if (stats.uid !== process.getuid()) throw notPrivate(path, 'belongs to another user');
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault({
      kind: 'host',
      code: 'no-private-folder',
      message: `cannot use the folder ${path}: ${reason}`,
      hint: 'set SALLYPORT_HOME to a folder of your own',
      cause: thrown,
    });
  }
}

function notPrivate(path: string, what: string): Fault {
  return new Fault({
    kind: 'host',
    code: 'folder-not-private',
    message: `${path} ${what}`,
    hint: 'move it away, or set SALLYPORT_HOME to a folder of your own',
  });
}
