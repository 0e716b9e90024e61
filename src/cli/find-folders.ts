import { lstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineFolders } from '../server/index.ts';

/**
 * Where Sallyport keeps things: `$SALLYPORT_HOME`, else `~/.sallyport`; its sockets in `$XDG_RUNTIME_DIR/sallyport`
 * where the login has such a folder of ours, else in `run` below the home. A home of one's own choice keeps its sockets
 * below itself, so that two homes never meet in one socket.
 */
export function findFolders(env: NodeJS.ProcessEnv = process.env): EngineFolders {
  const chosen = env['SALLYPORT_HOME'];
  if (chosen !== undefined && chosen !== '') {
    const home = resolve(chosen);
    return { home, runtimeDir: join(home, 'run') };
  }
  const home = join(homedir(), '.sallyport');
  const login = env['XDG_RUNTIME_DIR'];
  if (login === undefined || !login.startsWith('/') || !isOwnFolder(login)) {
    return { home, runtimeDir: join(home, 'run') };
  }
  return { home, runtimeDir: join(login, 'sallyport') };
}

function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
}
