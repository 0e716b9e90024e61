import { type Dirent, opendirSync, readdirSync } from 'node:fs';

/** Of one folder. */
export const MAX_ENTRIES = 100_000;
const BATCH = 512;

export interface FolderEntries {
  readonly entries: readonly Dirent[];
  /** There were more than asked for. */
  readonly isCut: boolean;
}

/** Reads on only up to `most`. A folder that cannot be read has none: the sandboxed program cannot enter it either. */
export function listEntries(folder: string, most: number): FolderEntries {
  const entries: Dirent[] = [];
  try {
    const handle = opendirSync(folder, { bufferSize: BATCH });
    try {
      for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
        if (entries.length >= most) return { entries, isCut: true };
        entries.push(entry);
      }
    } finally {
      handle.closeSync();
    }
  } catch {
    return { entries, isCut: false };
  }
  return { entries, isCut: false };
}

/** Three times as fast, for a folder that is known to be small. */
export function listSmallFolder(folder: string): FolderEntries {
  try {
    return { entries: readdirSync(folder, { withFileTypes: true }), isCut: false };
  } catch {
    return { entries: [], isCut: false };
  }
}
