import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeConfigFault } from './config-fault.ts';

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

/** Where a file really lies: a symbolic link is followed, so that it stays one. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    return join(realpathSync(dirname(file)), basename(file));
  }
}

function writeAll(file: string, text: string, mode: number): void {
  const descriptor = openSync(file, 'wx', mode);
  try {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts a text in place of a file at once: a reader sees the old or the new one, never a part. The file keeps its mode;
 * a new one, and a folder
 * that is missing, are for their owner alone. Throws a `user` fault when it cannot be written.
 */
export function writeFileWhole(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const target = targetOf(file);
    const mode = (statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    const next = `${target}.${randomBytes(6).toString('hex')}.new`;
    try {
      writeAll(next, text, mode);
      renameSync(next, target);
    } catch (cause) {
      rmSync(next, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw makeConfigFault({
      place: { file, position: undefined },
      what: `cannot be written: ${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}`,
      hint: 'Make the file and its folder writable for you, and see that the disk is not full',
      code: 'config-unwritable',
      cause,
    });
  }
}
