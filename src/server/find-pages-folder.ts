import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built page is, seen from a file of the bundle or from this source. */
export function findPagesFolder(from: string = import.meta.url): string {
  const bundled = fileURLToPath(new URL('../renderer', from));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../../out/renderer', from));
}
