/**
 * The working folder of a launch without a wall, from the decision to the start.
 *
 * Promises: a folder that was exchanged in between, for another or for a link, has nothing started in it; the supervisor
 * compares where it stands itself, so no name is followed after that.
 */
import { realpath, stat } from 'node:fs/promises';
import { Fault } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';

/** Which folder a path was, by decimal numbers. */
export interface FolderMark {
  readonly device: string;
  readonly inode: string;
}

/** As the helpers leave when they started nothing because of it. */
export const FOLDER_MOVED_STATUS = 124;

const CODE = 'folder-moved';

/** Null for what is no folder, is gone, or is reached through a link. */
export async function markFolder(path: string): Promise<FolderMark | null> {
  try {
    if ((await realpath(path)) !== path) return null;
    const found = await stat(path, { bigint: true });
    return found.isDirectory() ? { device: `${found.dev}`, inode: `${found.ino}` } : null;
  } catch {
    return null;
  }
}

/** The option of the helpers that start programs; none without a mark. */
export function expectFolder(cwd: string, mark: FolderMark | undefined): readonly string[] {
  return mark === undefined ? [] : ['--expect-cwd', `${mark.device}:${mark.inode}:${cwd}`];
}

export function folderMovedFault(cwd: string): Fault {
  return new Fault({
    kind: 'agent',
    code: CODE,
    message: `the folder ${showLine(cwd, 300)} was moved or replaced while it was decided; nothing was started`,
    hint: 'propose it again once the folder stays as it is',
  });
}

/** What to say where a launch failed because its folder is another one. Throws every other cause again. */
export function sayFolderMoved(cause: unknown): string {
  if (cause instanceof Fault && cause.code === CODE)
    return `sallyport: refused: ${cause.message}; ${cause.hint ?? ''}`;
  throw cause;
}
