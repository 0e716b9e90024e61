import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Names that we alone give to files while others are changed: they are put in place or removed at once. */
const OWN_NAME =
  /^(?:\.sallyport-[0-9a-f]{12}\.(?:old|new)|(?:.+\.)?(?:config\.toml|rules)\.[0-9a-f]{12}\.new)$/;

/** A change that is under way takes moments. */
const MIN_AGE_MS = 60_000;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Removes what changes of the configuration that were killed have left in the folder of a user: plain files with names of
 * our own that nothing has touched for a minute. Never throws: what cannot be removed stays.
 */
export function sweepLeftovers(sallyportHome: string, nowMs: number): void {
  for (const folder of [sallyportHome, join(sallyportHome, 'rules')]) {
    for (const name of namesIn(folder).filter((each) => OWN_NAME.test(each))) {
      try {
        const path = join(folder, name);
        // Not the time of writing: a file that was put aside keeps that.
        const found = lstatSync(path);
        if (found.isFile() && nowMs - found.ctimeMs >= MIN_AGE_MS) rmSync(path);
      } catch {
        // Another engine was quicker, or it is not ours to remove.
      }
    }
  }
}
