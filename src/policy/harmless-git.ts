import type { Word } from '../protocol/index.ts';
import { isSingleField } from './shell-word.ts';

/** Subcommands that read, whatever options they get, but for those in NEVER. */
const READERS = new Set(
  (
    'status log diff show rev-parse describe ls-files ls-tree cat-file blame annotate shortlog merge-base name-rev ' +
    'rev-list grep for-each-ref show-ref count-objects whatchanged version diff-tree diff-index diff-files check-ignore ' +
    'check-attr cherry var'
  ).split(' '),
);

/** Options that write a file or start a program, in every spelling git accepts. */
const NEVER = /^(?:--(?:out|ext|textc|open|upload|receive|edit|exec|filt)|-O)/;
const NEVER_SHORT: Readonly<Record<string, RegExp>> = {
  grep: /^-[a-zA-Z]*O/,
  diff: /^-o/,
  show: /^-o/,
  log: /^-o/,
};

/** What a subcommand may be followed by when some of its forms write. */
const LISTING: Readonly<Record<string, RegExp>> = {
  branch:
    /^(?:-a|-r|-v|-vv|-l|--all|--remotes|--list|--show-current|--verbose|--no-color|--merged|--no-merged|--contains(?:=.*)?|--sort=.*|--format=.*)$/,
  tag: /^(?:-l|--list|-n\d*|--sort=.*|--format=.*)$/,
  remote: /^(?:-v|--verbose)$/,
  stash: /^(?:list|show)$/,
  worktree: /^list$/,
  reflog: /^show$/,
  config: /^(?:--get|--get-all|--list|-l|--get-regexp|get|list)$/,
  submodule: /^status$/,
  notes: /^(?:list|show)$/,
};

/** True for a git call that reads only; the words come after `git`. */
export function isHarmlessGit(words: readonly Word[]): boolean {
  const at = skipGlobalOptions(words);
  const subcommand = words[at]?.value;
  if (subcommand === undefined) return false;
  const rest = words.slice(at + 1);
  if (rest.some((word) => word.value === undefined && !isFixedArgument(word))) return false;
  const values = rest.map((word) => word.value ?? word.text);
  if (values.some((value) => NEVER.test(value) || NEVER_SHORT[subcommand]?.test(value) === true))
    return false;
  if (READERS.has(subcommand)) return true;
  if (!Object.hasOwn(LISTING, subcommand)) return false;
  return isListing(subcommand, values);
}

/** `-C DIR` and switches of printing may stand in front; anything else there can change what git runs. */
function skipGlobalOptions(words: readonly Word[]): number {
  let at = 0;
  for (;;) {
    const value = words[at]?.value;
    if (value === '-C') {
      const folder = words[at + 1];
      if (folder === undefined || !isSingleField(folder)) return words.length;
      at += 2;
    } else if (value === '--no-pager' || value === '--no-optional-locks' || value === '--literal-pathspecs')
      at += 1;
    else return at;
  }
}

function isListing(subcommand: string, values: readonly string[]): boolean {
  const allowed = LISTING[subcommand];
  if (allowed === undefined) return false;
  if (values.length === 0) return subcommand !== 'stash' && subcommand !== 'config' && subcommand !== 'notes';
  if (subcommand === 'branch') return values.every((value) => allowed.test(value));
  if (subcommand === 'remote') return values.every((value) => allowed.test(value)) || values[0] === 'get-url';
  return (
    allowed.test(values[0] ?? '') &&
    !values.some((value) => /^(?:-[dfm]|--delete|--force|--add|--unset.*|--replace.*|--edit)$/.test(value))
  );
}

/** A word whose start is fixed and which cannot be split, so it never turns into an option. */
function isFixedArgument(word: Word): boolean {
  if (/^"[\w./](?:[^"\\`]|\\.)*"$/.test(word.text)) return !/\$[@*{(]/.test(word.text);
  return /^[\w./:@][^$`{]*$/.test(word.text);
}
