/**
 * Finds out what a judgement needs to know of the machine: real paths, kinds, sizes, what git holds, the program.
 * Promises: bounded work, nothing is run, not git either, nothing is written. What cannot be found out
 * is `unknown` or `null`, which policy judges strictly.
 */

import { access, constants, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { namedPaths } from '../../policy/index.ts';
import type { Facts, PathFact, StepDraft } from '../../protocol/index.ts';
import { isMissing } from '../base/index.ts';
import { findRepository } from '../sandbox/index.ts';
import { createGitLook, type GitLook } from './git-facts.ts';
import { findSkillFiles } from './is-of-skill.ts';

/** What only a held program has. */
export type HeldFacts = Required<
  Pick<Facts, 'threads' | 'shared' | 'traced' | 'variables' | 'variablesCut'>
> & {
  readonly program: string;
  readonly realProgram: string | null;
  readonly interpreter: string[];
};

export interface FactsContext {
  readonly nowMs: number;
  /** Where the step runs. */
  readonly cwd: string;
  readonly home: string;
  /** The PATH that the step has. */
  readonly searchPath: string;
  /** Folders of skills and plugins, real paths. */
  readonly skillFolders?: readonly string[];
  /** Set when the kernel holds the program: the file that will really run. */
  readonly held?: HeldFacts | undefined;
}

const MAX_PATHS = 64;

/** The facts of one step at this moment. Never throws for what the step names. */
export async function collectFacts(step: StepDraft, context: FactsContext): Promise<Facts> {
  const named = namedPaths(step);
  const looked = await Promise.all(named.slice(0, MAX_PATHS).map((path) => lookAt(path, context)));
  const git = createGitLook();
  const paths = await Promise.all(looked.map(withRepository).map((path) => withGit(path, git)));
  const { program: heldProgram, ...held } = context.held ?? {};
  const program = context.held ? heldProgram : await findProgram(step, context);
  const { skillFolders = [], cwd, home } = context;
  const skillFiles = await findSkillFiles(step, { skillFolders, cwd, home, program });
  return {
    at: context.nowMs,
    cwd: context.cwd,
    home: context.home,
    ...(program !== undefined && { program }),
    ...(skillFiles.length > 0 && { skillFiles }),
    paths,
    isTruncated: named.length > MAX_PATHS,
    isHeld: context.held !== undefined,
    ...held,
  };
}

/** Where it would change what belongs to git, the repository. */
export function withRepository(fact: PathFact): PathFact {
  if (fact.real === null || fact.use === 'read' || fact.use === 'execute') return fact;
  const repository = findRepository(fact.real);
  return repository === null ? fact : { ...fact, repository };
}

async function lookAt(
  named: { text: string; use: PathFact['use'] },
  context: FactsContext,
): Promise<PathFact> {
  const absolute = absolutePath(named.text, context);
  if (absolute === null) return { ...named, real: null, kind: 'unknown' };
  try {
    // A deleted link goes itself, whatever it points to.
    if (named.use === 'delete' && (await lstat(absolute)).isSymbolicLink()) {
      return { ...named, real: join(await realpath(dirname(absolute)), basename(absolute)), kind: 'other' };
    }
    const [real, found] = await Promise.all([realpath(absolute), stat(absolute)]);
    return { ...named, real, kind: kindOf(found), ...(found.isFile() && { sizeBytes: found.size }) };
  } catch (cause) {
    if (!isMissing(cause)) return { ...named, real: null, kind: 'unknown' };
    return { ...named, kind: 'missing', ...(await lookAtMissing(absolute)) };
  }
}

function absolutePath(text: string, context: FactsContext): string | null {
  if (text.includes('\0') || text.length > 4096) return null;
  if (text === '~' || text.startsWith('~/')) return resolve(context.home, `.${text.slice(1)}`);
  // `~name` is another person's home: the shell knows it, we do not.
  if (text.startsWith('~')) return null;
  return isAbsolute(text) ? resolve(text) : resolve(context.cwd, text);
}

function kindOf(found: {
  isFile(): boolean;
  isDirectory(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}): PathFact['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'dir';
  return found.isCharacterDevice() || found.isBlockDevice() ? 'device' : 'other';
}

/** The real path that a missing file would get (its nearest existing ancestor resolved, the rest as written), and that ancestor. */
async function lookAtMissing(absolute: string): Promise<{ real: string | null; existingParent?: string }> {
  let parent = dirname(absolute);
  let rest = basename(absolute);
  for (let depth = 0; depth < 256; depth++) {
    try {
      const existingParent = await realpath(parent);
      return { real: join(existingParent, rest), existingParent };
    } catch (cause) {
      if (!isMissing(cause) || parent === dirname(parent)) return { real: null };
      rest = join(basename(parent), rest);
      parent = dirname(parent);
    }
  }
  return { real: null };
}

/** Undefined for what starts no program; null when PATH has none. */
async function findProgram(step: StepDraft, context: FactsContext): Promise<string | null | undefined> {
  if (step.form !== 'program') return undefined;
  const [first] = step.words;
  // Nothing else can come of `~/…` with plain letters than what lies there.
  const name = first?.value ?? (/^~\/[\w./@+-]+$/.test(first?.text ?? '') ? first?.text : undefined);
  if (name === undefined || name === '') return null;
  const places = name.includes('/')
    ? [absolutePath(name, context)]
    : context.searchPath.split(':').map((folder) => resolve(context.cwd, folder === '' ? '.' : folder, name));
  for (const place of places) {
    if (place === null) continue;
    try {
      await access(place, constants.X_OK);
      return await realpath(place);
    } catch {
      // Not here: PATH goes on.
    }
  }
  return null;
}

/** Only for what would be deleted: whether git could bring it back, or would never miss it. */
async function withGit(path: PathFact, git: GitLook): Promise<PathFact> {
  if (path.use !== 'delete' || path.real === null || path.kind === 'missing') return path;
  return { ...path, git: await git.ask(path.real) };
}
