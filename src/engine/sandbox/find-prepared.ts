/**
 * What git goes on with at a person's next word (`rebase --continue`, `cherry-pick --continue`, `bisect visualize`,
 * `fetch`) and keeps in the git folder itself, beside hooks and configuration. Promises: whatever would run a command,
 * and whatever is not plainly harmless, is found. Without it a granted `.git` could hold the commands that run outside
 * as soon as the person continues a rebase.
 *
 * Looked through and found harmless: `sequencer/todo` (git takes picks and reverts only), `rebase-apply` (patches, within
 * the work tree), `rebase-merge/done` and `.backup`, messages, `BISECT_LOG`, `BISECT_RUN`, and `objects/info/alternates`,
 * of which git takes objects and the names of refs.
 */
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPlainFile } from './follow-git.ts';
import type { InspectionBudget } from './inspection-budget.ts';
import { listEntries } from './list-entries.ts';
import { OddConfig, readGitConfig } from './read-git-config.ts';

export interface PreparedPlace {
  /** Put aside, git goes on with nothing. */
  readonly path: string;
  /** What git obeys there, as a noun. */
  readonly words: string;
}

const MAX_BYTES = 256 * 1024;
const MAX_WORKTREES = 200;
/** What a look at one place costs before anything is read. */
const LOOK_BYTES = 64;

/** Of a list of steps. What later versions of git invent is told too. */
const HARMLESS_STEPS = new Set(
  (
    'pick p revert edit e reword r fixup f squash s break b label l reset t merge m noop drop d ' +
    'update-ref u'
  ).split(' '),
);
/** Git's own. Another one is a program `git-merge-…`, which may lie in the work tree when the name has a slash in it. */
const STRATEGIES = new Set(['ort', 'recursive', 'resolve', 'octopus', 'ours', 'subtree']);
/** Of `sequencer/opts`, beside the strategy. */
const HARMLESS_OPTIONS = new Set(
  (
    'no-commit edit allow-empty allow-empty-message keep-redundant-commits drop-redundant-commits signoff ' +
    'record-origin allow-ff mainline gpg-sign strategy-option allow-rerere-auto default-msg-cleanup'
  ).split(' '),
);

interface Kind {
  readonly name: string;
  readonly words: string;
  isHarmless(text: string): boolean;
}

const KINDS: readonly Kind[] = [
  {
    name: 'rebase-merge/git-rebase-todo',
    words: 'the commands of a rebase that is begun',
    isHarmless: (text) => text.split('\n').every(isHarmlessStep),
  },
  {
    name: 'rebase-merge/strategy',
    words: 'the merge program of a rebase that is begun',
    isHarmless: (text) => STRATEGIES.has(text.trim()),
  },
  {
    name: 'sequencer/opts',
    words: 'the merge program of a cherry-pick or revert that is begun',
    isHarmless: hasHarmlessOptions,
  },
  {
    name: 'BISECT_NAMES',
    words: 'the paths of a bisection, which older versions of git run as words of a shell',
    // As git quotes them.
    isHarmless: (text) => /^(?:\s*'(?:[^']|'\\['!]')*')*\s*$/.test(text),
  },
];

/** Remotes as they were kept before there was a configuration. Nothing makes them any more. */
const OLD_REMOTES = ['remotes', 'branches'];

const FOLDERS = ['rebase-merge', 'sequencer', ...OLD_REMOTES];

/** All that can be looked at in one git folder, as names in it. */
export const PREPARED_NAMES: readonly string[] = [...KINDS.map(({ name }) => name), ...OLD_REMOTES];

/**
 * In a git folder, or in the folder of a linked worktree.
 * @throws BudgetSpent
 */
export function* listPrepared(git: string, budget: InspectionBudget): Generator<PreparedPlace> {
  budget.spend(LOOK_BYTES * (FOLDERS.length + KINDS.length));
  const links = FOLDERS.filter((name) => isLink(join(git, name)));
  for (const name of links) yield { path: join(git, name), words: 'what is begun and lies elsewhere' };
  for (const kind of KINDS) {
    const path = join(git, kind.name);
    if (!links.includes(dirname(kind.name)) && !isHarmlessFile(path, kind, budget))
      yield { path, words: kind.words };
  }
  for (const name of OLD_REMOTES) {
    const path = join(git, name);
    if (!links.includes(name) && listEntries(path, 1).entries.length > 0)
      yield { path, words: 'a remote that is kept in a file of its own' };
  }
}

/** A git folder, and the folders that its linked worktrees have in it. */
export function withWorktrees(git: string): string[] {
  const { entries } = listEntries(join(git, 'worktrees'), MAX_WORKTREES);
  return [
    git,
    ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(git, 'worktrees', name)),
  ];
}

/** What is not there is; what is no plain file of that size is not. */
function isHarmlessFile(path: string, { isHarmless }: Kind, budget: InspectionBudget): boolean {
  let text: string | null;
  try {
    text = readPlainFile(path, MAX_BYTES);
  } catch {
    return false;
  }
  if (text === null) return true;
  budget.spend(text.length);
  return isHarmless(text);
}

/** Git makes none: what it leads to may be exchanged without the git folder. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** What does not begin with a letter is a comment, or an error. */
function isHarmlessStep(line: string): boolean {
  const [, word] = /^[ \t]*([A-Za-z][^ \t\r\0]*)/.exec(line) ?? [];
  return word === undefined || HARMLESS_STEPS.has(word);
}

function hasHarmlessOptions(text: string): boolean {
  try {
    for (const { section, part, key, value } of readGitConfig(text)) {
      if (section !== 'options' || part !== null) return false;
      const isKnown =
        key === 'strategy' ? value !== null && STRATEGIES.has(value) : HARMLESS_OPTIONS.has(key);
      if (!isKnown) return false;
    }
    return true;
  } catch (cause) {
    if (cause instanceof OddConfig) return false;
    throw cause;
  }
}
