/**
 * The configuration of a git repository is covered by itself in all that a yes opens, and the kernel lets nobody put
 * another file in the place of one that is. Git changes it in no other way.
 *
 * Promises: what could do nothing else than replace or remove it is refused with the way out, and nobody is asked in vain.
 * Does not promise: that for commands that do so besides other things, such as `git push -u`, nor for other files that are
 * covered by themselves: there the kernel says "Device or resource busy".
 */
import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ConfigSnapshot, Facts, Judgement, PathFact } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { findRepository } from '../sandbox/index.ts';

const CONFIGURATIONS = ['config', 'config.worktree'];
const VALUED = new Set(['-C', '-c']);
const ELSEWHERE = /^(?:--(?:global|system|worktree|file|blob)(?:=|$)|-f)/;
const REMOTE = new Set(['add', 'remove', 'rm', 'rename', 'set-url', 'set-branches']);
const UPSTREAM = /^(?:-u|--set-upstream-to(?:=|$)|--unset-upstream$)/;

export interface Replacing {
  readonly argv: readonly string[] | undefined;
  /** A held call of a running program. */
  readonly isCall: boolean;
  readonly snapshot: Pick<ConfigSnapshot, 'sandboxMode'>;
  /** True for what a live grant covers and yet keeps as it is. */
  keepsClosed(path: string): boolean;
}

/** The judgement, or a refusal where all it could do is replace the configuration of a repository. */
export function judgeReplaced(fresh: Judgement, facts: Facts, run: Replacing): Judgement {
  if (fresh.verdict === 'refuse' || run.snapshot.sandboxMode === 'danger-full-access') return fresh;
  if (facts.isUnwalled === true) return fresh;
  const opened = fresh.verdict === 'ask' ? (fresh.grant?.write ?? []) : [];
  const file = replacedBy(facts.paths, run);
  if (file === undefined || !(opened.includes(dirname(file)) || run.keepsClosed(file))) return fresh;
  const text = `${showLine(file, 300)} is covered by itself, so no other file can be put in its place from inside, also after a yes. Way out: run this outside the session, or write the file in place, which is asked about.`;
  const { grant: _, ...rest } = fresh;
  return { ...rest, verdict: 'refuse', reasons: [...fresh.reasons, { code: 'replaced-path', text }] };
}

function replacedBy(paths: readonly PathFact[], { argv = [], isCall }: Replacing): string | undefined {
  const files = paths.flatMap((fact) => (isCall ? lockedBy(fact) : undefined) ?? removedBy(fact) ?? []);
  if (isCall || files.length > 0) return files[0];
  const repository = paths.find(isOfGitItself)?.repository;
  return repository !== undefined && isConfiguring(argv) ? existing(join(repository, 'config')) : undefined;
}

/** Named because git changes its repository, and not for a redirection into it. */
function isOfGitItself({ real, repository }: PathFact): boolean {
  return repository !== undefined && real !== null && (real === repository || basename(real) === '.git');
}

/** The new file that git renames over the old one. */
function lockedBy({ real, repository }: PathFact): string | undefined {
  const name = CONFIGURATIONS.find((each) => real === join(repository ?? '', `${each}.lock`));
  return name === undefined || repository === undefined ? undefined : existing(join(repository, name));
}

function removedBy({ real, use }: PathFact): string | undefined {
  if (use !== 'delete' || real === null || !CONFIGURATIONS.includes(basename(real))) return undefined;
  const folder = dirname(real);
  return findRepository(join(folder, 'HEAD')) === folder ? existing(real) : undefined;
}

function existing(file: string): string | undefined {
  try {
    return lstatSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** True for a git command that changes the configuration of its repository and nothing else that would be kept. */
function isConfiguring([program = '', ...words]: readonly string[]): boolean {
  if (basename(program) !== 'git') return false;
  let at = 0;
  while (VALUED.has(words[at] ?? '')) at += 2;
  const [name, first = '', ...rest] = words.slice(at);
  if (name === 'config') return ![first, ...rest].some((word) => ELSEWHERE.test(word)) && !isEditing(first);
  if (name === 'remote') return REMOTE.has(first);
  return name === 'branch' && UPSTREAM.test(first);
}

/** An editor may write in place. */
function isEditing(first: string): boolean {
  return ['edit', '-e', '--edit'].includes(first);
}
