/**
 * Lets one writer at a time change the files of a folder of configuration. Promises: of all processes of this machine at
 * most one is inside, and the kernel frees the lock when that process ends, however it ends. Does not keep an editor out.
 * Without it two changes at once would lose one of them.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../protocol/index.ts';
import { showText } from './config-fault.ts';

const WAIT_MS = 10_000;

/**
 * Does something while nobody else changes the configuration of this folder, which is made where it is missing. Throws a
 * `host` fault when the lock is not free after 10 seconds.
 */
export function withConfigLock<Result>(folder: string, act: () => Result): Result {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'config.lock');
  let lock: DatabaseSync | undefined;
  try {
    // An exclusive transaction on an empty database: Node itself has no call that locks a file.
    lock = new DatabaseSync(file, { timeout: WAIT_MS });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw new Fault({
      kind: 'host',
      code: 'config-locked',
      message: `${showText(file)} cannot be locked: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Another program changes the configuration: try again when it has ended',
      cause,
    });
  }
  try {
    return act();
  } finally {
    lock.close();
  }
}
