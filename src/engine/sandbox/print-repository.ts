import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What git runs or obeys in a `.git`, or in the folder of a bare repository. */
const OBEYED = ['', 'config', 'config.worktree', 'commondir', 'hooks', 'info/attributes', 'modules'] as const;

/**
 * Identity, size and time of what git obeys in the `.git` of a folder: another print afterwards means that something was
 * changed. Contents are not read.
 */
export function printRepository(folder: string): string {
  const git = join(folder, '.git');
  const hooks = listNames(join(git, 'hooks')).map((name) => join('hooks', name));
  return [...OBEYED, ...hooks].map((name) => printFile(join(git, name), name === '')).join('\n');
}

/** Of the folder itself only which one it is: git changes its time at every commit. */
function printFile(path: string, isTop: boolean): string {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return 'none';
    const which = `${stat.dev}:${stat.ino}:${stat.mode}`;
    return isTop && stat.isDirectory() ? which : `${which}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
  } catch {
    return 'unreadable';
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
