import { lstatSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { REQUIREMENTS_FILE } from '../base/index.ts';
import { resolveExistingPart } from './resolve-paths.ts';

export interface ConfigFiles {
  /** `$SALLYPORT_HOME`, else `~/.sallyport`. */
  readonly sallyportHome: string;
  /** The user's file, whether it exists or not. */
  readonly user: string;
  /** Files of projects that exist, the nearest folder first. */
  readonly projects: readonly string[];
  /** Folders with something named `.sallyport` in them, the nearest first: their rules stand in it. */
  readonly projectFolders: readonly string[];
  /** What the administrator of this machine demands, whether it exists or not. */
  readonly requirements: string;
}

/** A link that leads nowhere is there, too, and what cannot be looked at. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

interface FindConfigFilesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Real path of the folder of the session. */
  readonly workspace: string;
  readonly requirements?: string | undefined;
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
export function findConfigFiles({
  env,
  home,
  workspace,
  requirements = REQUIREMENTS_FILE,
}: FindConfigFilesOptions): ConfigFiles {
  const sallyportHome = findSallyportHome(env, home);
  const isOwn = ownFolderTest(home, sallyportHome);
  const projectFolders: string[] = [];
  let folder = workspace;
  for (;;) {
    const inner = join(folder, '.sallyport');
    if (!isOwn(folder) && isThere(inner)) projectFolders.push(folder);
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  const projects = projectFolders
    .map((project) => join(project, '.sallyport', 'config.toml'))
    .filter((file) => isThere(file) || isSymbolicLink(dirname(file)));
  const user = join(sallyportHome, 'config.toml');
  return { sallyportHome, user, projects, projectFolders, requirements };
}

/** True for a link, whatever it leads to. */
export function isSymbolicLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** True for the folders whose `.sallyport` is the user's own. */
function ownFolderTest(home: string, sallyportHome: string): (folder: string) => boolean {
  const own = new Set([home, resolveExistingPart(home)]);
  const homes = new Set([sallyportHome, resolveExistingPart(sallyportHome)]);
  return (folder) => own.has(folder) || homes.has(join(folder, '.sallyport'));
}
