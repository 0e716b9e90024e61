/**
 * Folders that were made for a change of files, until it is known whether the change stays. Promises: one is taken away
 * only where the very folder that was made still has its name in the very folder that it was made in, and is empty;
 * nothing else is ever removed, wherever paths lead by then. Both are held open, so that no later folder gets their
 * numbers. Without it a program could rename the folder above, put a link in its place, and have a folder elsewhere removed.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Each keeps two descriptors open. */
const MAX_MADE = 256;

interface MadeFolder {
  remove(): Promise<void>;
  close(): Promise<void>;
}

export class MadeFolders {
  readonly #made: MadeFolder[] = [];

  /** Throws where more folders would be made than may be held open at once; call it before one is made. */
  requireRoom(): void {
    if (this.#made.length >= MAX_MADE)
      throw new Error(`the patch needs more than ${MAX_MADE} new folders: make it in several patches`);
  }

  /** `name` was made in the folder `parent` and is open as `made`. By descriptors, as Linux can. */
  async add(parent: FileHandle, name: string, made: FileHandle): Promise<void> {
    const above = await openAgain(parent);
    const own = await openAgain(made).catch(async (cause: unknown) => {
      await above.close();
      throw cause;
    });
    this.#made.push({
      remove: async () => {
        const place = `/proc/self/fd/${above.fd}/${name}`;
        const [now, then] = [await lstat(place, { bigint: true }), await own.stat({ bigint: true })];
        if (now.dev === then.dev && now.ino === then.ino) await rmdir(place);
      },
      close: async () => {
        await above.close();
        await own.close();
      },
    });
  }

  /** The same by its path, where nothing else is to be had: it is compared again, links on the way included. */
  async addByPath(path: string): Promise<void> {
    const then = await lstat(path, { bigint: true });
    this.#made.push({
      remove: async () => {
        const now = await lstat(path, { bigint: true });
        const isSame = now.dev === then.dev && now.ino === then.ino;
        if (isSame && (await realpath(dirname(path))) === dirname(path)) await rmdir(path);
      },
      close: () => Promise.resolve(),
    });
  }

  /** Takes away those that are still as they were made; the last one first, since it may lie in another. */
  async removeEmpty(): Promise<void> {
    for (const folder of this.#made.toReversed()) await folder.remove().catch(() => undefined);
  }

  /** Lets go of all of them. */
  async close(): Promise<void> {
    for (const folder of this.#made.splice(0)) await folder.close().catch(() => undefined);
  }
}

/** The folder itself, not what its path names by now. */
function openAgain({ fd }: FileHandle): Promise<FileHandle> {
  return open(`/proc/self/fd/${fd}/.`, constants.O_RDONLY | constants.O_DIRECTORY);
}
