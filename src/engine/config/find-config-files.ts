import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Fault } from '../../protocol/index.ts';

export interface ConfigFiles {
  /** `$SALLYPORT_HOME`, else `~/.sallyport`. */
  readonly sallyportHome: string;
  /** The user's file, whether it exists or not. */
  readonly user: string;
  /** Files of projects that exist, the nearest folder first. */
  readonly projects: readonly string[];
}

interface FindConfigFilesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Real path of the folder of the session. */
  readonly workspace: string;
}

/** The folder of configuration and history. Throws a `user` fault when `SALLYPORT_HOME` is not absolute. */
export function findSallyportHome(env: FindConfigFilesOptions['env'], home: string): string {
  const set = env['SALLYPORT_HOME'];
  if (set === undefined || set === '') return join(home, '.sallyport');
  if (isAbsolute(set)) return set;
  throw new Fault({
    kind: 'user',
    code: 'home-not-absolute',
    message: `SALLYPORT_HOME must be an absolute path, but is ${JSON.stringify(set)}`,
    hint: 'Set it to a path that begins with /, or unset it',
  });
}

/** Looks for `.sallyport/config.toml` from the workspace upward; the user's own folder is not a project's. */
export function findConfigFiles({ env, home, workspace }: FindConfigFilesOptions): ConfigFiles {
  const sallyportHome = findSallyportHome(env, home);
  const projects: string[] = [];
  let folder = workspace;
  for (;;) {
    const own = join(folder, '.sallyport');
    const file = join(own, 'config.toml');
    if (folder !== home && own !== sallyportHome && existsSync(file)) projects.push(file);
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  return { sallyportHome, user: join(sallyportHome, 'config.toml'), projects };
}
