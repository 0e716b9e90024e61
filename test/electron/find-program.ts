import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PACKAGE = resolve(import.meta.dirname, '../../node_modules/electron');

/** Electron's program, where it has been downloaded. Never loads the package: loading begins the download. */
export function findElectronProgram(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const note = join(PACKAGE, 'path.txt');
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : 'electron';
  const program = join(env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(PACKAGE, 'dist'), name);
  return existsSync(program) ? program : undefined;
}
