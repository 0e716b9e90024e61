/** Finds out what a path of a patch really names, and reads it through folders that are no links. */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import { isMissing } from '../base/index.ts';
import { openFolder } from './open-folder.ts';

/** Larger files are not patched. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** A path as it is: real, with what stands there. */
export interface Target {
  /** Real as far as it exists. */
  readonly path: string;
  /** Null for what does not exist. */
  readonly found: Stats | null;
}

export interface FileContent {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly stat: Stats;
}

export type Problem = { readonly problem: string };

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the path names now. A link is followed to the file behind it; one that leads nowhere is a problem. */
export async function findTarget(text: string, cwd: string): Promise<Target | Problem> {
  const shown = showLine(text, 300);
  if (text.includes('\0') || text.length > 4096) return { problem: `${shown} is no path` };
  const absolute = resolve(cwd, text);
  try {
    const path = await realpath(absolute);
    const found = await lstat(path);
    return found.isFile() ? { path, found } : { problem: `${shown} is no plain file` };
  } catch (cause) {
    if (!isMissing(cause)) return { problem: `${shown} cannot be looked at` };
  }
  return findMissing(absolute, shown);
}

async function findMissing(absolute: string, shown: string): Promise<Target | Problem> {
  let rest = '';
  for (let at = absolute; ; at = dirname(at)) {
    const status = await lstat(at).catch((cause: unknown) => (isMissing(cause) ? null : undefined));
    if (status === undefined) return { problem: `${shown} cannot be looked at` };
    if (status !== null) {
      const real = await realpath(at).catch(() => null);
      if (real === null) return { problem: `${shown} is a link that leads nowhere` };
      const folder = await lstat(real);
      if (!folder.isDirectory()) return { problem: `${shown} lies below something that is no folder` };
      return { path: join(real, rest), found: null };
    }
    rest = join(basename(at), rest);
    if (at === dirname(at)) return { problem: `${shown} cannot be looked at` };
  }
}

/** Reads a plain file by its real path. Throws the system's error where it is another thing by now, or too large. */
export async function readTarget(path: string): Promise<FileContent> {
  const folder = await openFolder(dirname(path));
  try {
    return await readAt(folder.at(basename(path)));
  } finally {
    await folder.close();
  }
}

/** The same for a path in an open folder. */
export async function readAt(place: string): Promise<FileContent> {
  const handle = await openPlain(place);
  try {
    return await readPlain(handle);
  } finally {
    await handle.close();
  }
}

/** Opens what stands at the end of a path, and no link there; never waits, not even for a pipe in disguise. */
export function openPlain(place: string, access = constants.O_RDONLY): Promise<FileHandle> {
  return open(place, access | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** The whole file. Throws where it is no plain file, or too large by the time that it is read. */
export async function readPlain(handle: FileHandle): Promise<FileContent> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new Error('it is no plain file');
  if (stat.size > MAX_FILE_BYTES) throw tooLarge();
  const bytes = await readBounded(handle, stat.size);
  return { bytes, sha256: sha256Of(bytes), stat };
}

/** What was said of its size may be over by now: whoever writes to it meanwhile decides how much there is to read. */
async function readBounded(handle: FileHandle, expected: number): Promise<Buffer> {
  let bytes = Buffer.allocUnsafe(expected + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length > MAX_FILE_BYTES) throw tooLarge();
    if (length < bytes.length) continue;
    const room = Buffer.allocUnsafe(Math.min(MAX_FILE_BYTES + 1, 2 * length));
    bytes.copy(room, 0, 0, length);
    bytes = room;
  }
}

function tooLarge(): Error {
  return new Error(`it is larger than ${MAX_FILE_BYTES >> 20} MiB`);
}
