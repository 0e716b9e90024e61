/**
 * The rule that is offered with "always". Promises: it begins as the command does, a person can read it, and one that
 * allows is never a whole script, a bare shell, interpreter or launcher, or a program that destroys. Does not promise
 * that it is wise: it is shown before it is saved. Without it one yes to `python x.py` would be a yes to every program.
 */
import type { PrefixRule } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { baseOf } from '../path-access-join.ts';
import { findWrapperGrammar } from '../wrapper-grammar.ts';
import { holdsSecret } from './holds-secret.ts';
import { depthOf, natureOf, startsOthers } from './known-subcommands.ts';
import { isSystemProgram } from './match-program.ts';
import { writeRule } from './write-rule.ts';

type RuleProposal = { readonly line: string } | { readonly impossible: string };

const MOST_WORDS = 8;
const LONGEST_WORD = 120;
/** A word that names a part of a program, a remote, a target or a package. */
const PART = /^@?[A-Za-z0-9][\w.:@/+-]*$/;
const FORCES = /^(?:--force\S*|--hard|--delete|--mirror|--prune|--no-verify|--unsafe\S*|--privileged)$/;
const FORCES_PUSH = /^(?:-\w*[fd]\w*|\+.*|:.+)$/;
/** Options behind which an interpreter is given its script. */
const GIVES_SCRIPT = /^(?:-\w*[cer]|-p|--eval|--print|--command|-command|-encodedcommand|\/c)$/i;
/** Modules that run what stands behind them. */
const RUNNING_MODULES = /^(?:code|timeit|pdb|cProfile|profile|trace|runpy|idlelib|pip|ensurepip)$/;

class NoRule extends Error {}

function refuse(why: string): never {
  throw new NoRule(why);
}

function isPath(word: string): boolean {
  return word.includes('/');
}

/** The words behind a program up to `depth` that name its parts. */
function takeParts(argv: readonly string[], depth: number): string[] {
  const parts: string[] = [];
  for (const word of argv.slice(1, 1 + depth)) {
    if (!PART.test(word)) break;
    parts.push(word);
  }
  return parts;
}

/** All words, where they are few and short. */
function takeAll(argv: readonly string[]): string[] {
  if (argv.length > MOST_WORDS || argv.some((word) => word.length > LONGEST_WORD || /[\n\r]/.test(word)))
    refuse('it would hold a whole script, and never match again');
  return [...argv];
}

interface Draft {
  readonly words: string[];
  /** Its meaning depends on the folder. */
  readonly isRelative?: boolean;
}

/** `python -m pytest`, `node build.js`: the interpreter with what it runs. */
function takeInterpreted(argv: readonly string[]): Draft {
  const [program = '', second = '', third = ''] = argv;
  const bare = `a rule for ${showText(program, 60)} would let it run anything`;
  if (!/^(?:python[0-9.]*|pypy[0-9.]*|py|node|ruby|perl|php)$/.test(program)) refuse(bare);
  if (
    second === '-m' &&
    /^(?:python|pypy|py)/.test(program) &&
    /^[A-Za-z_][\w.]*$/.test(third) &&
    !RUNNING_MODULES.test(third)
  )
    return { words: [program, second, third] };
  if (!/^[\w@./+-]+\.\w{1,4}$/.test(second) || second.startsWith('-')) refuse(bare);
  return { words: [program, second], isRelative: !second.startsWith('/') };
}

function draftAllow(argv: readonly string[]): Draft {
  const [program = '', second] = argv;
  const name = baseOf(program);
  if (findWrapperGrammar(name, second) !== null || startsOthers(argv))
    refuse(`${showText(name, 60)} starts whatever stands behind it, so a rule would let it start anything`);
  const nature = natureOf(program, second);
  if (nature === 'destroys')
    refuse(
      `${showText([name, second ?? ''].join(' ').trim(), 60)} can remove or change what cannot be brought back`,
    );
  if (nature === 'runs') return takeInterpreted(argv);
  const force = argv.find((word) => FORCES.test(word) || (second === 'push' && FORCES_PUSH.test(word)));
  if (force !== undefined) refuse(`it holds ${showText(force, 60)}, which a rule would let it do every time`);
  const depth = depthOf(program, second);
  if (depth === null) {
    const isCommandWord = second !== undefined && /^[a-z][a-z0-9:-]{1,30}$/.test(second);
    return { words: isCommandWord ? argv.slice(0, 2) : takeAll(argv), isRelative: isRelativePath(program) };
  }
  const parts = takeParts(argv, depth);
  if (depth > 0 && parts.length === 0)
    refuse(`it names no part of ${showText(name, 60)}, so a rule would let it do all that it can`);
  return { words: [program, ...parts] };
}

function isRelativePath(word: string): boolean {
  return isPath(word) && !word.startsWith('/');
}

/** A ban is as narrow as what was said no to: its parts and options, or all of its words. */
function draftForbidden(argv: readonly string[]): Draft & { contains?: string[] } {
  const [program = '', second] = argv;
  if (natureOf(program, second) === 'runs' && argv.slice(1).some((word) => GIVES_SCRIPT.test(word)))
    refuse('it would hold a whole script, and never match again');
  const depth = natureOf(program, second) === null ? depthOf(program, second) : null;
  const parts = depth === null ? [] : takeParts(argv, depth);
  if (depth === null || parts.length === 0)
    return { words: takeAll(argv), isRelative: isRelativePath(program) };
  const options = argv.slice(1 + parts.length).filter((word) => /^--?[A-Za-z][\w-]*$/.test(word));
  const contains = [...new Set(options)].slice(0, 3);
  return { words: [program, ...parts], ...(contains.length > 0 && { contains }) };
}

function finish(
  draft: Draft & { contains?: string[] },
  decision: PrefixRule['decision'],
  cwd: string | undefined,
): RuleProposal {
  const words = [...draft.words, ...(draft.contains ?? [])];
  if (words.some((word) => word.length > LONGEST_WORD || /[\n\r\0]/.test(word)))
    refuse('it would hold a whole script, and never match again');
  if (words.some((word) => holdsSecret(word))) refuse('a word of it looks like a secret, or leads to one');
  if (draft.isRelative === true && cwd === undefined)
    refuse('its program is named by a path that leads elsewhere in another folder');
  const rule = {
    pattern: draft.words,
    decision,
    ...(draft.contains !== undefined && { contains: draft.contains }),
    ...(draft.isRelative === true && cwd !== undefined && { cwd }),
  };
  return { line: writeRule(rule) };
}

/**
 * The line of a rule that speaks of such commands from now on, or why there can be none (completes "No rule can be made:").
 * `cwd` is the real path of the folder that the command runs in; a command named by a relative path needs it.
 */
export function proposeRule(
  argv: readonly string[],
  decision: 'allow' | 'forbidden',
  { cwd }: { readonly cwd?: string } = {},
): RuleProposal {
  const [first, ...rest] = argv;
  if (first === undefined || first === '') return { impossible: 'it has no program' };
  const words = [isSystemProgram(first) ? baseOf(first) : first, ...rest];
  try {
    return finish(decision === 'allow' ? draftAllow(words) : draftForbidden(words), decision, cwd);
  } catch (thrown) {
    if (!(thrown instanceof NoRule)) throw thrown;
    return { impossible: thrown.message };
  }
}
