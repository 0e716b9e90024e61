/**
 * Puts files into an open folder in which programs may rename, link and write at any moment. Promises: nothing is read or
 * copied by its path once it was looked at: what is written are the bytes that are known; no link is followed; nothing is
 * replaced. Without it a link that was exchanged for a file in the last moment would have a secret copied beside it.
 */
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, unlink } from 'node:fs/promises';
import type { FileContent } from './read-target.ts';

export interface NewFile {
  readonly place: string;
  readonly bytes: Uint8Array;
  /** Whose owner and mode it gets; null: those of a new file. */
  readonly like: FileContent | null;
  readonly umask: number;
}

/** Elsewhere a second name for a link is one for what it leads to. */
const LINKS_NO_TARGETS = process.platform === 'linux';
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A new file, whole and on the disk; `onMade` is told as soon as it is there, which may be before something fails. */
export async function createFile(
  { place, bytes, like, umask }: NewFile,
  onMade: (remove: () => Promise<void>) => void,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(place, flags, 0o600);
  try {
    onMade(removerOf(place, await identify(handle.stat({ bigint: true }))));
    await handle.writeFile(bytes);
    if (like) await takeOwner(handle, like);
    await handle.chmod(like ? like.stat.mode & 0o777 : 0o666 & ~umask);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function takeOwner(handle: FileHandle, { stat: { uid, gid } }: FileContent): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
}

/** False where the disk gives no second name. Never over something that is there. */
export async function tryLink(from: string, to: string): Promise<boolean> {
  if (!LINKS_NO_TARGETS) return false;
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && NO_LINKS.has(String(cause.code))) return false;
    throw cause;
  }
}

/** What takes away what stands there now, and nothing that comes in its place. */
export async function removerFor(place: string): Promise<() => Promise<void>> {
  return removerOf(place, await identify(lstat(place, { bigint: true })));
}

function removerOf(place: string, made: string): () => Promise<void> {
  return async () => {
    const now = await identify(lstat(place, { bigint: true })).catch(() => null);
    if (now === made) await unlink(place);
  };
}

async function identify(stat: Promise<{ readonly dev: bigint; readonly ino: bigint }>): Promise<string> {
  const { dev, ino } = await stat;
  return `${dev}:${ino}`;
}

/** In place of all that the file holds. */
export async function overwrite(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  await handle.truncate(0);
  for (let at = 0; at < bytes.length; )
    at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
  await handle.sync();
}
