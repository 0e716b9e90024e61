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

/** Reads the words after `git`; null when there is no literal subcommand. */
export function readGitCommand(args: readonly (string | undefined)[]): GitCommand | null {
  let folder: string | null = null;
  let gitDir: string | null = null;
  const settings: string[] = [];
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index];
    if (word === undefined) return null;
    if (!word.startsWith('-')) break;
    const cut = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = cut > 0 ? word.slice(0, cut) : word;
    if (!GLOBAL_VALUED.has(name)) continue;
    const value = cut > 0 ? word.slice(cut + 1) : args[index + 1];
    if (cut < 0) index += 1;
    if (value === undefined) return null;
    if (name === '-C') folder = folder === null || value.startsWith('/') ? value : `${folder}/${value}`;
    if (name === '--git-dir') gitDir = value;
    if (name === '-c' || name === '--config-env') settings.push(value);
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
