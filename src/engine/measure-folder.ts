import type { Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderAmount } from '../policy/index.ts';

export interface MeasureBounds {
  readonly maxEntries: number;
  readonly maxMs: number;
  nowMs(): number;
}

/**
 * Counts what a folder holds, without following links and without leaving its file system; what cannot be read is
 * passed over. Ends early at the bounds. Undefined where there is no such folder.
 */
export async function measureFolder(
  folder: string,
  bounds: MeasureBounds,
): Promise<FolderAmount | undefined> {
  const top = await look(folder);
  if (top?.isDirectory() !== true) return undefined;
  const endMs = bounds.nowMs() + bounds.maxMs;
  let files = 0;
  let bytes = 0;
  let entries = 0;
  for await (const found of walk(folder, top.dev)) {
    entries += 1;
    if (entries > bounds.maxEntries || bounds.nowMs() > endMs) return { files, bytes, isCut: true };
    if (found === undefined || found.isDirectory()) continue;
    files += 1;
    bytes += found.size;
  }
  return { files, bytes, isCut: false };
}

/** Everything below a folder on its own file system; undefined for what could not be looked at. */
async function* walk(folder: string, device: number): AsyncGenerator<Stats | undefined> {
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for await (const path of listEntries(at)) {
      const found = await look(path);
      if (found?.isDirectory() === true && found.dev === device) folders.push(path);
      yield found;
    }
  }
}

async function* listEntries(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield join(folder, entry.name);
  } catch {
    // Not readable, or gone meanwhile: what it holds is not known.
  }
}

function look(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined);
}
