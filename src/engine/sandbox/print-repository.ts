import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { PREPARED_NAMES } from './find-prepared.ts';
import { lookAtProtected } from './git-places.ts';
import { listEntries } from './list-entries.ts';

/** What git runs or obeys in a `.git`, or in the folder of a bare repository. */
const OBEYED = [
  ...['', 'config', 'config.worktree', 'commondir', 'hooks', 'info/attributes', 'modules'],
  ...PREPARED_NAMES,
];

const MAX_HOOKS = 500;
/** Of a folder of settings. */
const MAX_PRINTED = 64;

/**
 * Identity, size and time of what git obeys in the `.git` of a folder, and in the folders that it leads to: another print
 * afterwards means that something was changed. Contents are not read.
 */
export function printRepository(folder: string): string {
  const git = join(folder, '.git');
  return [...new Set([git, ...leadsOf(git)])].map(printGitFolder).join('\n');
}

/** The same of a git folder itself. */
export function printGitFolder(git: string): string {
  return listObeyed(git)
    .map((path) => printFile(path, path === git))
    .join('\n');
}

/** The newest change of what git obeys in the `.git` of a folder and where it leads, in milliseconds since 1970. */
export function lastChangeOf(folder: string): number {
  const git = join(folder, '.git');
  return Math.max(0, ...[git, ...leadsOf(git).flatMap(listObeyed)].map(changedAt));
}

/** Identity, size and time of a file, or of the first things in a folder. */
export function printPlace(path: string): string {
  const { entries } = listEntries(path, MAX_PRINTED);
  return [path, ...entries.map(({ name }) => join(path, name)).sort()]
    .map((one) => printFile(one, false))
    .join('\n');
}

/** Identity, size and time of what lies in a folder of settings, of the first things in it; null for an empty folder. */
export function printSettings(folder: string): string | null {
  const lines: string[] = [printFile(folder, true)];
  const folders = [folder];
  for (let inner = folders.pop(); inner !== undefined; inner = folders.pop()) {
    const { entries, isCut } = listEntries(inner, MAX_PRINTED);
    for (const entry of [...entries].sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(inner, entry.name);
      lines.push(`${path} ${printFile(path, entry.isDirectory())}`);
      if (entry.isDirectory()) folders.push(path);
      if (lines.length > MAX_PRINTED) return lines.join('\n');
    }
    if (isCut) break;
  }
  const isEmpty = lines.length === 1 && isFolder(folder);
  return isEmpty ? null : lines.join('\n');
}

/** What cannot be followed now, because it is being changed, has no leads. */
function leadsOf(git: string): readonly string[] {
  try {
    const place = lookAtProtected(git);
    return place.kind === 'missing' ? [] : place.paths;
  } catch {
    return [];
  }
}

function listObeyed(git: string): string[] {
  const { entries } = listEntries(join(git, 'hooks'), MAX_HOOKS);
  const hooks = entries.map(({ name }) => join('hooks', name)).sort();
  return [...OBEYED, ...hooks].map((name) => join(git, name));
}

/** Identity, size and time. Of a folder that git or its user works in (`isTop`) only which one it is: its time means nothing. */
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

/** What cannot be looked at counts as changed at the end of time. */
function changedAt(path: string): number {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}
