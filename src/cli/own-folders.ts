import { mkdirSync } from 'node:fs';
import type { OwnFolders } from '../engine/sandbox/index.ts';
import { Fault } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';

/** Our own folders, made where missing, for a wall without an engine. Throws a `Fault` where they cannot be made. */
export function prepareOwnFolders(): OwnFolders {
  const { home, runtimeDir } = findFolders();
  for (const folder of [home, runtimeDir]) makeFolder(folder);
  return { sallyportHome: home, runtimeDir };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new Fault({
      kind: 'host',
      code: 'no-own-folder',
      message: `the folder ${folder} of sallyport cannot be made${why}`,
      hint: 'set SALLYPORT_HOME to a folder that you can write; a command inside a session is behind its wall already',
      cause,
    });
  }
}
