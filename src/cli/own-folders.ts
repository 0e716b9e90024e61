import { mkdirSync } from 'node:fs';
import type { OwnFolders } from '../engine/sandbox/index.ts';
import { findFolders } from '../server/index.ts';

/** Our own folders, made where missing, for a wall without an engine. */
export function prepareOwnFolders(): OwnFolders {
  const { home, runtimeDir } = findFolders();
  for (const folder of [home, runtimeDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { sallyportHome: home, runtimeDir };
}
