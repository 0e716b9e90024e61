/**
 * Where programs inside keep what they fetch and build, and screen its sockets: in places of the session's own.
 *
 * Promises: tools that end where their place cannot be written find one that can, and nobody is asked about it; nothing
 * that a session puts into a cache is found there by a later run outside.
 * Does not promise speed: what the cache of the host holds is fetched or built anew in each session.
 */
import { normalize } from 'node:path';
import type { ConfigSnapshot } from '../../protocol/index.ts';
import { isInside } from './path-inside.ts';

export type CacheAccess = Pick<
  ConfigSnapshot,
  'sandboxMode' | 'workspace' | 'writableRoots' | 'tmp' | 'tmpWritable'
>;

/**
 * Only caches. Not XDG_CACHE_HOME, PLAYWRIGHT_BROWSERS_PATH, COREPACK_HOME, GOMODCACHE and CARGO_HOME: what lies there was
 * installed, and has to be found inside.
 */
const CACHES: ReadonlyArray<{ readonly name: string; readonly folder: string }> = [
  // npm and npx end without one
  { name: 'npm_config_cache', folder: 'npm' },
  // yarn ends without one from version 2 on; not YARN_CACHE_FOLDER, which would hide the cache of a project
  { name: 'YARN_GLOBAL_FOLDER', folder: 'yarn' },
  // pnpm from version 11 on would look for a place in every folder above the workspace, and be asked about each
  { name: 'pnpm_config_store_dir', folder: 'pnpm' },
  // older ones keep their store there, and end where they cannot; npm would complain of their own variable for it
  { name: 'PNPM_HOME', folder: 'pnpm' },
  // bun would be asked about, for nothing that a person has to open
  { name: 'BUN_INSTALL_CACHE_DIR', folder: 'bun' },
  // pip goes on without one, with a warning each time
  { name: 'PIP_CACHE_DIR', folder: 'pip' },
  // uv ends without one
  { name: 'UV_CACHE_DIR', folder: 'uv' },
  // go builds nothing without one
  { name: 'GOCACHE', folder: 'go-build' },
];

/** screen keeps its sockets in a place of the whole machine, which is never there inside. It makes this folder itself. */
const SCREEN = { name: 'SCREENDIR', folder: '.screen' };

/** npm reads its variables in every case of letters. */
const isSame = (name: string, other: string): boolean =>
  name === other || (name.startsWith('npm_') && name === other.toLowerCase());

/**
 * Variables that lead to caches and sockets of the session. One that leads to where the session may write stays; one that leads
 * elsewhere cannot be used inside, and is replaced. None without a wall.
 */
export function cacheVariables(
  passed: Readonly<Record<string, string>>,
  access: CacheAccess,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  if (access.sandboxMode === 'danger-full-access' || platform !== 'linux') return {};
  const own = ownPlace(access);
  const places = CACHES.map(({ name, folder }) => ({ name, path: `${own}/.cache/${folder}` }));
  places.push({ name: SCREEN.name, path: `${own}/${SCREEN.folder}` });
  const roots = access.sandboxMode === 'read-only' ? [] : access.writableRoots;
  const variables: Record<string, string> = {};
  for (const { name, path } of places) {
    const spelled = Object.keys(passed).filter((other) => isSame(name, other));
    for (const each of spelled.length > 0 ? spelled : [name]) {
      const given = passed[each];
      const stays = given !== undefined && roots.some((root) => isInside(normalize(given), root));
      if (!stays) variables[each] = path;
    }
  }
  return variables;
}

/** Never the host's /tmp: what lies there is found by others, and may have been put there by others. */
function ownPlace({ sandboxMode, workspace, writableRoots, tmp, tmpWritable }: CacheAccess): string {
  const isReadOnly = sandboxMode === 'read-only';
  const isOwn =
    ![workspace, ...writableRoots].includes('/tmp') && (isReadOnly || (tmp === 'private' && tmpWritable));
  return isOwn ? '/tmp' : '/dev/shm';
}
