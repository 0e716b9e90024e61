/** Signs that a step loses what git holds, or work that git does not hold yet. */
import type { RiskEvidence } from '../../protocol/index.ts';
import { type GitCommand, readGitCommand } from '../named-paths-git.ts';
import { makeEvidence, type RiskContext } from './risk-context.ts';

const MAIN = /(^|[:/+])(main|master|trunk|develop|production|prod|release[\w./-]*)$/;

function readPush(rest: readonly string[]): [number, string] | null {
  const refs = rest.filter((word) => !word.startsWith('-')).slice(1);
  const isMain = refs.length === 0 || refs.some((ref) => MAIN.test(ref) || /^\+?HEAD$/.test(ref));
  if (rest.includes('--mirror'))
    return [9, 'It makes the remote repository equal to this one and drops what is not here.'];
  if (rest.some((word) => word === '--delete' || word === '-d') || refs.some((ref) => ref.startsWith(':'))) {
    return [
      refs.some((ref) => MAIN.test(ref)) ? 9 : 6,
      'It removes a branch or tag of the remote repository.',
    ];
  }
  const isLeased = rest.some(
    (word) => word.startsWith('--force-with-lease') || word.startsWith('--force-if-includes'),
  );
  const isForced =
    rest.some((word) => word === '--force' || /^-[a-zA-Z]*f/.test(word)) ||
    refs.some((ref) => ref.startsWith('+'));
  if (!isForced && !isLeased) return null;
  const score = isMain ? 9 : isForced ? 7 : 6;
  return [
    score,
    isMain
      ? 'It replaces the history of a main branch on the remote.'
      : 'It replaces the history of a branch on the remote.',
  ];
}

function readDiscard(command: GitCommand): [number, string] | null {
  const { name, rest } = command;
  const takesAll = rest.some((word) => word === '.' || word === ':/' || word === '*' || word === ':(top)');
  if (name === 'restore') {
    if (rest.includes('--staged') && !rest.some((word) => word === '--worktree' || word === '-W'))
      return null;
    return takesAll
      ? [6, 'It discards every change that is not committed.']
      : [4, 'It discards changes to files that are not committed.'];
  }
  if (rest.some((word) => /^(-f|--force|--discard-changes)$/.test(word)))
    return [6, 'It discards every change that is not committed.'];
  if (name === 'switch') return null;
  if (takesAll) return [6, 'It discards every change that is not committed.'];
  return rest.includes('--') ? [4, 'It discards changes to files that are not committed.'] : null;
}

type Reader = (rest: readonly string[], command: GitCommand) => [number, string] | null;

function when(pattern: RegExp, score: number, text: string): Reader {
  return (rest) => (rest.some((word) => pattern.test(word)) ? [score, text] : null);
}

const READERS: Readonly<Record<string, Reader>> = {
  push: readPush,
  reset: when(/^--(hard|merge)$/, 7, 'It discards every change that is not committed.'),
  clean: (rest) => {
    if (
      rest.some((word) => /^(-[a-zA-Z]*n|--dry-run)/.test(word)) ||
      !rest.some((word) => /^(-[a-zA-Z]*f|--force)/.test(word))
    )
      return null;
    return [
      rest.some((word) => /^-[a-zA-Z]*[xX]/.test(word)) ? 7 : 6,
      'It removes files that git does not hold.',
    ];
  },
  checkout: (_rest, command) => readDiscard(command),
  restore: (_rest, command) => readDiscard(command),
  switch: (_rest, command) => readDiscard(command),
  branch: (rest) => {
    const isForced =
      rest.some((word) => /^-[a-zA-Z]*D/.test(word)) ||
      (rest.some((word) => /^(-d|--delete)$/.test(word)) && rest.some((word) => /^(-f|--force)$/.test(word)));
    return isForced
      ? [
          rest.some((word) => MAIN.test(word)) ? 8 : 6,
          'It removes a branch even when nothing else holds its commits.',
        ]
      : null;
  },
  stash: (rest) =>
    rest[0] === 'clear'
      ? [7, 'It removes all stashed work.']
      : rest[0] === 'drop'
        ? [6, 'It removes stashed work.']
        : null,
  reflog: when(/^(expire|delete)$/, 8, 'It removes the record by which lost commits are found.'),
  gc: when(/^--prune=(now|all)$/, 7, 'It removes commits that could still be brought back.'),
  prune: () => [5, 'It removes objects that nothing refers to.'],
  'filter-branch': () => [8, 'It rewrites the history of the repository.'],
  'filter-repo': () => [8, 'It rewrites the history of the repository.'],
  'update-ref': when(/^-d$/, 8, 'It removes a reference of the repository.'),
  worktree: (rest) =>
    rest[0] === 'remove' && rest.some((word) => /^(-f|--force)$/.test(word))
      ? [6, 'It removes a work tree with its changes.']
      : null,
  rm: (rest) =>
    rest.includes('--cached') || rest.includes('-n')
      ? null
      : [rest.some((word) => word === '.' || word === '*') ? 7 : 3, 'It removes files from the work tree.'],
  rebase: (rest) =>
    rest.some((word) => /^--(abort|continue|skip|quit)$/.test(word))
      ? null
      : [4, 'It rewrites commits of this branch.'],
  commit: when(/^--amend$/, 3, 'It replaces the last commit.'),
  tag: when(/^(-d|--delete|-f|--force)$/, 4, 'It removes or moves a tag.'),
  submodule: (rest) =>
    rest[0] === 'deinit' && rest.some((word) => /^(-f|--force|--all)$/.test(word))
      ? [5, 'It removes work trees of submodules.']
      : null,
};

/** Evidence that a git command loses history or work. */
export function findHistoryLoss(context: RiskContext): RiskEvidence[] {
  if (context.name !== 'git') return [];
  const command = readGitCommand(context.texts);
  if (command === null || !Object.hasOwn(READERS, command.name)) return [];
  const found = READERS[command.name]?.(command.rest, command) ?? null;
  return found === null ? [] : [makeEvidence('destroys', found[0], found[1], context.line)];
}
