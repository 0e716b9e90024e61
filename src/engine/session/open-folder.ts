/**
 * Opens a folder by its real path, one name after the other, so that no link on the way is followed. Promises: what is
 * done through `OpenFolder.at` happens in the folder that was opened, wherever its path leads by then (Linux; elsewhere
 * the path is only compared again). Without it a program of the session could swap a folder for a link between the
 * question and the writing, and a change that was allowed in the workspace would land beside it.
 */

import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MadeFolders } from './made-folders.ts';

export interface OpenFolder {
  /** The path by which a name in this very folder is reached. */
  at(name: string): string;
  /** Of the folder as it was opened. */
  readonly handle: FileHandle;
  close(): Promise<void>;
}

export interface FolderMaking {
  /** Mode of folders that are missing. */
  readonly mode: number;
  /** Keeps those that were made, to take them away again. */
  readonly made: MadeFolders;
}

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const HAS_HANDLE_PATHS = process.platform === 'linux';

/**
 * Throws the system's error where a part is missing, is a link, or is no folder. Missing ones are made where `making` says
 * how.
 */
export async function openFolder(path: string, making?: FolderMaking): Promise<OpenFolder> {
  if (!HAS_HANDLE_PATHS) return openByPath(path, making);
  let handle = await open('/', FLAGS);
  try {
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = await openChild(handle, name, making);
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
  making: FolderMaking | undefined,
): Promise<FileHandle> {
  const place = `/proc/self/fd/${parent.fd}/${name}`;
  try {
    return await open(place, FLAGS);
  } catch (cause) {
    if (making === undefined || !hasCode(cause, 'ENOENT')) throw cause;
  }
  making.made.requireRoom();
  await mkdir(place, { mode: making.mode });
  const next = await open(place, FLAGS);
  try {
    await making.made.add(parent, name, next);
    return next;
  } catch (cause) {
    await next.close();
    throw cause;
  }
}

async function openByPath(path: string, making: FolderMaking | undefined): Promise<OpenFolder> {
  if (making !== undefined) await makeByPath(path, making);
  const handle = await open(path, FLAGS);
  if ((await realpath(path)) !== path) {
    await handle.close();
    throw Object.assign(new Error(`a link stands in the way of ${path}`), { code: 'ELOOP' });
  }
  return { handle, at: (name) => join(path, name), close: () => handle.close() };
}

async function makeByPath(path: string, { mode, made }: FolderMaking): Promise<void> {
  const missing: string[] = [];
  for (let at = path; (await lstat(at).catch(() => null)) === null && at !== dirname(at); at = dirname(at))
    missing.unshift(at);
  for (const folder of missing) {
    made.requireRoom();
    await mkdir(folder, { mode });
    await made.addByPath(folder);
  }
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
