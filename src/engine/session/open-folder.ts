/**
 * Opens a folder by its real path, one name after the other, so that no link on the way is followed. Promises: what is
 * done through `OpenFolder.at` happens in the folder that was opened, wherever its path leads by then (Linux; elsewhere
 * the path is only compared again). Without it a program of the session could swap a folder for a link between the
 * question and the writing, and a change that was allowed in the workspace would land beside it.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface OpenFolder {
  /** The path by which a name in this very folder is reached. */
  at(name: string): string;
  /** Of the folder as it was opened. */
  readonly handle: FileHandle;
  close(): Promise<void>;
}

export interface FolderMaking {
  /** Mode of folders that are missing; absent: none is made. */
  readonly mode?: number;
  /** Told of each folder that was made, with what takes it away again while it is empty. */
  onMade?(path: string, remove: () => Promise<void>): void;
}

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const HAS_HANDLE_PATHS = process.platform === 'linux';

/** Throws the system's error where a part is missing (and none is to be made), is a link, or is no folder. */
export async function openFolder(path: string, making: FolderMaking = {}): Promise<OpenFolder> {
  if (!HAS_HANDLE_PATHS) return openByPath(path, making);
  let handle = await open('/', FLAGS);
  let walked = '/';
  try {
    for (const name of path.split('/').filter((part) => part !== '')) {
      walked = join(walked, name);
      const next = await openChild(handle, name, { path: walked, making });
      await handle.close();
      handle = next;
    }
  } catch (cause) {
    await handle.close();
    throw cause;
  }
  return { handle, at: (name) => `/proc/self/fd/${handle.fd}/${name}`, close: () => handle.close() };
}

async function openChild(
  parent: FileHandle,
  name: string,
  { path, making }: { readonly path: string; readonly making: FolderMaking },
): Promise<FileHandle> {
  const place = `/proc/self/fd/${parent.fd}/${name}`;
  try {
    return await open(place, FLAGS);
  } catch (cause) {
    if (making.mode === undefined || !hasCode(cause, 'ENOENT')) throw cause;
  }
  await mkdir(place, { mode: making.mode });
  making.onMade?.(path, () => rmdir(path));
  return open(place, FLAGS);
}

async function openByPath(path: string, making: FolderMaking): Promise<OpenFolder> {
  if (making.mode !== undefined) {
    const first = await mkdir(path, { recursive: true, mode: making.mode });
    if (first !== undefined) making.onMade?.(first, () => rmdir(first));
  }
  const handle = await open(path, FLAGS);
  if ((await realpath(path)) !== path) {
    await handle.close();
    throw Object.assign(new Error(`a link stands in the way of ${path}`), { code: 'ELOOP' });
  }
  return { handle, at: (name) => join(path, name), close: () => handle.close() };
}

/** True for the error of a path, or a part of one, that is not there. */
export function isMissing(cause: unknown): boolean {
  return hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR');
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
