import { chmodSync, closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../../protocol/index.ts';

/** The reason in an error from the operating system, without the machinery around it. */
function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A folder of the user's that others may write to would let them swap the history for another one. */
function checkFolder(folder: string): void {
  const stat = statSync(folder);
  const isSticky = (stat.mode & 0o1000) !== 0;
  if ((stat.mode & 0o022) !== 0 && !isSticky) {
    throw new Fault({
      kind: 'host',
      code: 'history-folder-open',
      message: `The history folder ${folder} may be written by other users`,
      hint: `Run: chmod 700 ${folder}`,
    });
  }
}

/**
 * Makes folder (0700) and file (0600) of a history where they are missing, and narrows the file's mode where it is
 * wider. SQLite gives its `-wal` and `-shm` files the mode of the main file. Throws a `host` fault.
 */
export function prepareHistoryFile(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    checkFolder(folder);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const descriptor = openSync(file, flags, 0o600);
    const mode = fstatSync(descriptor).mode & 0o777;
    closeSync(descriptor);
    if (mode !== 0o600) chmodSync(file, 0o600);
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault({
      kind: 'host',
      code: 'history-unwritable',
      message: `The history ${file} cannot be opened for writing: ${reasonOf(thrown)}`,
      hint: 'Check the owner and the free space of that folder, or set SALLYPORT_HOME to another one',
      cause: thrown,
    });
  }
}
