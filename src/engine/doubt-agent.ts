/**
 * Whether a program may be taken for an agent because of its name alone. Promises: the file that a launch will find, every
 * folder on the way to it and every folder of PATH in front of it are out of reach of programs of sessions here. Without
 * it a file that a project brings, or an agent leaves, would get the logins and keys of the agent that it is called after.
 */
import { lstat, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { classifyPath, isAtOrBelow } from '../policy/index.ts';
import type { ConfigSnapshot } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { isProgram } from './find-program.ts';
import { findWay, isChangeable } from './session/index.ts';

interface AgentPlace {
  readonly snapshot: ConfigSnapshot;
  /** Real path of the folder in which it will be launched. */
  readonly cwd: string;
  /** PATH as the launch will have it. */
  readonly searchPath: string | undefined;
}

/** Where a launch without a PATH looks. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const ENDINGS = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];

/** Why the name does not count, as the beginning of a sentence; null where it does. */
export async function doubtAgent(program: string, place: AgentPlace): Promise<string | null> {
  if (program.includes('/') || isAbsolute(program)) {
    const path = isAbsolute(program) ? program : `${place.cwd}/${program}`;
    return doubtFile(path, place);
  }
  const searchPath = place.searchPath || DEFAULT_PATH;
  for (const part of searchPath.split(delimiter)) {
    const folder = isAbsolute(part) ? part : `${place.cwd}/${part}`;
    const found = ENDINGS.map((ending) => join(folder, program + ending)).find(isProgram);
    if (found !== undefined) return doubtFile(found, place);
    if (await couldHold(folder, place))
      return `PATH looks for ${show(program)} in ${show(folder)}, which programs of a session can write`;
  }
  return `${show(program)} was not found on PATH`;
}

async function doubtFile(path: string, place: AgentPlace): Promise<string | null> {
  const way = await follow(path);
  if (way === null) return `${show(path)} was not found`;
  if ([way.real, ...way.folders].some((each) => isOpen(each, place)))
    return `${show(path)} lies where programs of a session can write`;
  // What is hidden inside is not what a launch finds there.
  return classifyPath(way.real, asWriting(place)) === 'outside'
    ? null
    : `${show(path)} is hidden from programs of this session`;
}

/** Whether a folder, there or not, is one that something inside can put a program in. */
async function couldHold(folder: string, place: AgentPlace): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (isOpen(at, place)) return true;
    const way = await follow(at);
    if (way !== null) return [way.real, ...way.folders].some((each) => isOpen(each, place));
    const isDangling = await lstat(at).then(
      () => true,
      () => false,
    );
    if (isDangling || dirname(at) === at) return true;
  }
}

/** The workspace counts in any mode: a session of another one can have written there, and so can who made the project. */
function isOpen(path: string, place: AgentPlace): boolean {
  const shared = [place.cwd, place.snapshot.workspace, '/tmp', '/dev/shm'];
  return (
    shared.some((folder) => isAtOrBelow(path, folder)) ||
    isChangeable(path, { snapshot: asWriting(place), granted: [] })
  );
}

function asWriting({ snapshot }: AgentPlace): ConfigSnapshot {
  return { ...snapshot, sandboxMode: 'workspace-write' };
}

/** As `findWay`, on Windows by the names alone. */
async function follow(path: string): Promise<{ real: string; folders: readonly string[] } | null> {
  if (process.platform !== 'win32') return findWay(path);
  const real = await realpath(path).catch(() => null);
  return real === null ? null : { real, folders: [...foldersAbove(path), ...foldersAbove(real)] };
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

function show(path: string): string {
  return showLine(path, 200);
}
