import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The Electron of this checkout, downloaded or not yet. */
export interface ElectronPackage {
  readonly folder: string;
  readonly version: string;
  /** The program, when it has been downloaded. */
  readonly program: string | undefined;
}

/**
 * Looks for it, seen from `from` (a file of ours), without loading it: loading would begin the download. `undefined`
 * where it does not belong to the product, as in the packed terminal one.
 */
export function findElectron(
  from: string = import.meta.url,
  env: NodeJS.ProcessEnv = process.env,
): ElectronPackage | undefined {
  let manifest: string;
  try {
    manifest = createRequire(from).resolve('electron/package.json');
  } catch {
    return undefined;
  }
  const folder = dirname(manifest);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { folder, version, program: findProgram(folder, env['ELECTRON_OVERRIDE_DIST_PATH']) };
}

/** The package writes down where in `dist` its program is once it is there. */
function findProgram(folder: string, otherDist: string | undefined): string | undefined {
  const note = join(folder, 'path.txt');
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  if (name === undefined && otherDist === undefined) return undefined;
  const program = join(otherDist ?? join(folder, 'dist'), name ?? 'electron');
  return existsSync(program) ? program : undefined;
}
