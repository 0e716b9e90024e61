/**
 * What git itself needs to write. The folder of a repository is found by walking up from where git runs, so the
 * candidates are named nearest first and whoever judges takes the first that exists.
 */
const WRITES_REPOSITORY = new Set(
  `add am apply-index bisect checkout cherry-pick commit fast-import fetch filter-branch filter-repo gc maintenance merge
   mv notes pack-refs prune pull push rebase reflog repack replace reset restore revert rm sparse-checkout stash submodule
   switch tag update-index update-ref worktree write-tree commit-tree symbolic-ref`.split(/\s+/),
);
const READS_WITHOUT_OPERANDS = new Set([
  'tag',
  'notes',
  'reflog',
  'worktree',
  'stash',
  'submodule',
  'symbolic-ref',
]);
const READING_WORDS = new Set([
  'list',
  'show',
  'status',
  '-l',
  '--list',
  '-n',
  'summary',
  'exists',
  'foreach',
]);
const GLOBAL_VALUED = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--config-env',
]);
const DEPTH = 6;

/** A git command line: folder of `-C` (joined), `-c` settings, subcommand and what follows it. */
export interface GitCommand {
  readonly folder: string | null;
  readonly gitDir: string | null;
  readonly settings: readonly string[];
  readonly name: string;
  readonly rest: readonly string[];
}

/** One option in front of the subcommand, with its value, and where the next word is; null when it is not whole. */
function readGlobalOption(
  args: readonly (string | undefined)[],
  index: number,
): { name: string; value: string; next: number } | null {
  const word = args[index] ?? '';
  const cut = word.startsWith('--') ? word.indexOf('=') : -1;
  const name = cut > 0 ? word.slice(0, cut) : word;
  if (!GLOBAL_VALUED.has(name)) return { name, value: '', next: index + 1 };
  if (cut > 0) return { name, value: word.slice(cut + 1), next: index + 1 };
  const value = args[index + 1];
  return value === undefined ? null : { name, value, next: index + 2 };
}

function joinFolder(folder: string | null, value: string): string {
  return folder === null || value.startsWith('/') ? value : `${folder}/${value}`;
}

/** Reads the words after `git`; null when there is no literal subcommand. */
export function readGitCommand(args: readonly (string | undefined)[]): GitCommand | null {
  let folder: string | null = null;
  let gitDir: string | null = null;
  const settings: string[] = [];
  let index = 0;
  while (args[index]?.startsWith('-') === true) {
    const option = readGlobalOption(args, index);
    if (option === null) return null;
    if (option.name === '-C') folder = joinFolder(folder, option.value);
    if (option.name === '--git-dir') gitDir = option.value;
    if (option.name === '-c' || option.name === '--config-env') settings.push(option.value);
    index = option.next;
  }
  const name = args[index];
  if (name === undefined) return null;
  return { folder, gitDir, settings, name, rest: args.slice(index + 1).map((word) => word ?? '') };
}

/** True when the command changes the repository's own folder. */
export function writesRepository(command: GitCommand): boolean {
  const { name, rest } = command;
  if (name === 'branch')
    return (
      rest.some((word) => /^-[a-zA-Z]*[dDmMcCfu]|^--(delete|move|copy|force|set-up|unset)/.test(word)) ||
      (rest.length > 0 && rest.every((word) => !word.startsWith('-')))
    );
  if (name === 'config')
    return (
      rest.some((word) => /^(--(add|unset|replace|rename|remove)|set$|unset$)/.test(word)) ||
      (rest.filter((word) => !word.startsWith('-')).length > 1 &&
        !rest.some((word) => /^(--get|get$|list$)/.test(word)))
    );
  if (name === 'remote')
    return [
      'add',
      'remove',
      'rm',
      'rename',
      'set-url',
      'update',
      'prune',
      'set-head',
      'set-branches',
    ].includes(rest[0] ?? '');
  if (!WRITES_REPOSITORY.has(name)) return false;
  if (rest.includes('--dry-run') || rest.includes('--help')) return false;
  if (!READS_WITHOUT_OPERANDS.has(name)) return true;
  const first = rest[0];
  if (first === undefined) return name === 'stash';
  return !READING_WORDS.has(first);
}

/** The candidates for the repository's folder, nearest first, as written relative to where git runs. */
export function repositoryCandidates(command: GitCommand): string[] {
  if (command.gitDir !== null) return [command.gitDir];
  const start = command.folder === null ? '' : `${command.folder.replace(/\/+$/, '')}/`;
  return Array.from({ length: DEPTH }, (_, level) => `${start}${'../'.repeat(level)}.git`);
}
