import { lstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../protocol/index.ts';
import type { EngineFolders } from './serve-engine.ts';

/**
 * Where Sallyport keeps things: `$SALLYPORT_HOME`, else `~/.sallyport`; its sockets in `$XDG_RUNTIME_DIR/sallyport`
 * where the login has such a folder of ours, else in `run` below the home. A home of one's own choice keeps its sockets
 * below itself, so that two homes never meet in one socket. Throws a `user` fault for a home that is not absolute: it
 * would be another one in every folder.
 */
export function findFolders(env: NodeJS.ProcessEnv = process.env): EngineFolders {
  const chosen = env['SALLYPORT_HOME'];
  if (chosen !== undefined && chosen !== '') {
    if (!isAbsolute(chosen)) throw notAbsolute(chosen);
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

/** In the words of the configuration, which refuses the same. */
function notAbsolute(chosen: string): Fault {
  return new Fault({
    kind: 'user',
    code: 'home-not-absolute',
    message: `SALLYPORT_HOME must be an absolute path, but is ${JSON.stringify(chosen)}`,
    hint: 'Set it to a path that begins with /, or unset it',
  });
}

function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
}
