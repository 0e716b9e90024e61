import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { digestSources } from '../../build/bundle.mjs';

/** What no run can be using any more is thrown away. */
const KEPT_MS = 2 * 3_600_000;

/** A digest of a text and of the files right in some folders. */
export function digestFolders(folders: readonly string[], text: string): string {
  const hash = createHash('sha256').update(text);
  for (const folder of folders) {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const name of files.map((file) => file.name).sort())
      hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

/** A digest of what the product is made from, and of the files right in a folder. */
export const digestWith = (folder: string): string => digestFolders([folder], digestSources());

/**
 * The folder of a build that tests use, below the package: made unless an earlier run of the same sources has made it.
 * @param digest of the sources
 * @param make fills a folder; others see it when it is whole
 */
export async function keepBuild(
  name: string,
  digest: string,
  make: (folder: string) => void | Promise<void>,
): Promise<string> {
  const parent = resolve(import.meta.dirname, '../../node_modules/.cache', name);
  const kept = join(parent, digest);
  if (!existsSync(kept)) {
    mkdirSync(parent, { recursive: true });
    const made = mkdtempSync(join(parent, 'new-'));
    await make(made);
    publish(made, kept);
  }
  const now = new Date();
  utimesSync(kept, now, now);
  for (const old of readdirSync(parent)) {
    const path = join(parent, old);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime();
    if (changed < now.getTime() - KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
  return kept;
}

/** Of two runs that made the same at once the second throws its own away. */
function publish(made: string, kept: string): void {
  try {
    renameSync(made, kept);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(kept)) throw error;
  }
}
