import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/**
 * The links that a path names by its last part, one after the other, each by its real folder; none where it is no link.
 * What is closed by the name of a link has to be closed by these names too, else whoever removes the link opens it.
 */
export function listLinkNames(path: string): string[] {
  const names: string[] = [];
  // There links need rights that sandboxes have not.
  if (process.platform === 'win32') return names;
  for (let at = resolve(path); names.length < MAX_LINKS; ) {
    try {
      const name = join(realpathSync.native(dirname(at)), basename(at));
      at = resolve(dirname(name), readlinkSync(name));
      names.push(name);
    } catch {
      // No link, or nothing at all: the end of the chain.
      return names;
    }
  }
  return names;
}
