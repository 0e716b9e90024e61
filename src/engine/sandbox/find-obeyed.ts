import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../base/index.ts';
import { listPrepared } from './find-prepared.ts';
import { readPlainFile } from './follow-git.ts';
import { type ConfigPlace, isHarmless } from './harmless-settings.ts';
import type { InspectionBudget } from './inspection-budget.ts';
import { listEntries } from './list-entries.ts';
import { OddConfig, readGitConfig } from './read-git-config.ts';

/** Larger configurations do not come from git; they count as ones that must be looked at. */
const MAX_CONFIG_BYTES = 64 * 1024;
/** Git's own samples are a dozen. */
const MAX_HOOKS = 200;
/** What a look at one folder costs before anything in it is read. */
const LOOK_BYTES = 512;
const SHOWN_CHARS = 80;

/**
 * What in a git folder (a real path) makes git run programs or read other files, in words; null when nothing does. Whatever
 * cannot be read, or is not plainly understood, counts. Links to elsewhere (`commondir`) are not looked at here.
 * @throws BudgetSpent
 */
export function findObeyed(place: ConfigPlace, budget: InspectionBudget): string | null {
  budget.spend(LOOK_BYTES);
  try {
    for (const name of ['config', 'config.worktree']) {
      const found = findInConfig(join(place.git, name), place, budget);
      if (found !== null) return found;
    }
    const hook = findHook(join(place.git, 'hooks'), budget);
    if (hook !== null) return hook;
    for (const { words } of listPrepared(place.git, budget)) return words;
    return null;
  } catch (cause) {
    if (cause instanceof OddConfig) return cause.message;
    if (isFileFault(cause)) return 'something that cannot be read';
    throw cause;
  }
}

function findInConfig(file: string, place: ConfigPlace, budget: InspectionBudget): string | null {
  const text = readPlainFile(file, MAX_CONFIG_BYTES);
  if (text === null) return null;
  budget.spend(text.length);
  for (const setting of readGitConfig(text)) {
    if (isHarmless(setting, place)) continue;
    const { section, part, key } = setting;
    const name = [section, ...(part === null ? [] : [part]), key].join('.');
    return `"${Buffer.from(name, 'latin1').toString('utf8').slice(0, SHOWN_CHARS)}"`;
  }
  return null;
}

function findHook(hooks: string, budget: InspectionBudget): string | null {
  const stat = lstatOrNull(hooks);
  if (stat === null) return null;
  if (!stat.isDirectory()) return 'hooks that lie elsewhere';
  const { entries, isCut } = listEntries(hooks, MAX_HOOKS);
  budget.spend(entries.length * LOOK_BYTES);
  const hook = entries.find((entry) => !entry.isDirectory() && !entry.name.endsWith('.sample'));
  if (hook !== undefined) return `the hook ${hook.name.slice(0, SHOWN_CHARS)}`;
  return isCut ? `more than ${MAX_HOOKS} hooks` : null;
}

function lstatOrNull(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
}

/** Of the file system, or of a file that is none. */
function isFileFault(cause: unknown): boolean {
  return cause instanceof Error && ('code' in cause || cause.message.startsWith('it is no plain file'));
}
