/**
 * Which rules speak of a command. Promises: plain equality of words, no patterns; a rule that asks or forbids counts also
 * where only an unknown word or variable stands between it and the command; one that allows counts only where every word
 * of it is known. Does not promise anything about what a shell makes of the words: they come here as the program gets
 * them. Without it `PATH=. git status` would be allowed as `git status`.
 */
import type { HostExecutable, PrefixRule, RuleDecision, RuleSet } from '../../protocol/index.ts';
import { isAtOrBelow, joinPath } from '../path-access-join.ts';
import { isPrintingVariable, isRiskyVariable } from '../risky-variables.ts';
import { listProgramNames, type ProgramMatching, type ProgramName } from './match-program.ts';

export interface MatchContext {
  /** Real path of the folder that the command runs in. */
  readonly cwd: string;
  /** Real path of the file that is run, when that is known. */
  readonly program?: string | null;
  /** Variables set in front of the command; without a value when it is not known. */
  readonly assignments?: readonly { readonly name: string; readonly value?: string | undefined }[];
  /** Nothing bounds what it does: then any variable may be one too many. */
  readonly isUnbounded?: boolean;
  /** What `~` in a rule's folder means. */
  readonly home?: string;
  /** `in-force` when left out. */
  readonly programs?: ProgramMatching;
}

export interface RuleMatch {
  readonly rule: PrefixRule;
  /** The words of the command that the pattern stands for. */
  readonly matchedPrefix: string[];
  /** The path by which the program was found, when not by the word as written. */
  readonly resolvedProgram?: string;
  /** It counts only if an unknown word or variable turns out to be the one that the rule names. */
  readonly isPossible?: true;
}

/** The rules of one program, by the second word of their patterns. */
interface ProgramRules {
  readonly all: number[];
  /** Those whose pattern is the program alone. */
  readonly bare: number[];
  readonly bySecondWord: Map<string, number[]>;
}

interface IndexedRules {
  readonly byFirstWord: ReadonlyMap<string, ProgramRules>;
  readonly executables: ReadonlyMap<string, readonly HostExecutable[]>;
}

const INDEXES = new WeakMap<RuleSet, IndexedRules>();

function addTo<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function alternativesOf(word: PrefixRule['pattern'][number] | undefined): ReadonlySet<string> {
  return new Set(typeof word === 'string' ? [word] : word);
}

/** Those that may speak of a command with this second word; one that is not known may be any. */
function narrowRules(known: ProgramRules | undefined, second: string | null | undefined): readonly number[] {
  if (known === undefined) return [];
  if (second === null) return known.all;
  const own = second === undefined ? undefined : known.bySecondWord.get(second);
  return own === undefined ? known.bare : [...known.bare, ...own];
}

function indexRules(rules: RuleSet): IndexedRules {
  const known = INDEXES.get(rules);
  if (known !== undefined) return known;
  const byFirstWord = new Map<string, ProgramRules>();
  rules.prefix.forEach(({ pattern: [first, second] }, index) => {
    for (const word of alternativesOf(first)) {
      const known: ProgramRules = byFirstWord.get(word) ?? { all: [], bare: [], bySecondWord: new Map() };
      byFirstWord.set(word, known);
      known.all.push(index);
      if (second === undefined) known.bare.push(index);
      else for (const part of alternativesOf(second)) addTo(known.bySecondWord, part, index);
    }
  });
  const executables = new Map<string, HostExecutable[]>();
  for (const entry of rules.hostExecutables) addTo(executables, entry.name, entry);
  const index = { byFirstWord, executables };
  INDEXES.set(rules, index);
  return index;
}

/** `yes`: all of it is known; `maybe`: something is not known, and could be what the rule names. */
type Fit = 'yes' | 'maybe' | 'no';

function weaker(a: Fit, b: Fit): Fit {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'maybe' || b === 'maybe' ? 'maybe' : 'yes';
}

function fitsPattern(rule: PrefixRule, words: readonly (string | null)[]): Fit {
  for (let i = 1; i < rule.pattern.length; i++) {
    const expected = rule.pattern[i] ?? [];
    const word = words[i];
    // An unknown word may be several once it is expanded: nothing behind it has a known place.
    if (word === null) return 'maybe';
    if (word === undefined) return 'no';
    if (typeof expected === 'string' ? word !== expected : !expected.includes(word)) return 'no';
  }
  return 'yes';
}

function fitsContains(rule: PrefixRule, words: readonly (string | null)[]): Fit {
  if (rule.contains === undefined) return 'yes';
  const rest = words.slice(rule.pattern.length);
  const isMissing = rule.contains.some((word) => !rest.includes(word));
  if (!isMissing) return 'yes';
  return words.includes(null) ? 'maybe' : 'no';
}

function fitsEnv(rule: PrefixRule, context: MatchContext): Fit {
  let fit: Fit = 'yes';
  for (const [name, value] of Object.entries(rule.env ?? {})) {
    // the last one counts, as in a shell
    const set = context.assignments?.findLast((item) => item.name === name);
    if (set === undefined) return 'no';
    if (value === '*') continue;
    if (set.value === undefined) fit = 'maybe';
    else if (set.value !== value) return 'no';
  }
  return fit;
}

function fitsFolder(rule: PrefixRule, context: MatchContext): Fit {
  if (rule.cwd === undefined) return 'yes';
  const needsHome = rule.cwd === '~' || rule.cwd.startsWith('~/');
  if (needsHome && context.home === undefined) return 'maybe';
  const folder = joinPath(rule.cwd, '/', context.home ?? '/');
  return isAtOrBelow(context.cwd, folder) ? 'yes' : 'no';
}

/**
 * A variable that chooses what code runs makes another command of it, unless the rule names it. No list of such variables
 * is complete; where no wall bounds what is missed, only those that are known to be harmless may be set.
 */
function isArmed(rule: PrefixRule, context: MatchContext): boolean {
  const isArming = (name: string): boolean =>
    context.isUnbounded === true ? name === 'IFS' || !isPrintingVariable(name) : isRiskyVariable(name);
  return (context.assignments ?? []).some(
    ({ name }) => isArming(name) && !Object.hasOwn(rule.env ?? {}, name),
  );
}

function matchRule(
  rule: PrefixRule,
  words: readonly (string | null)[],
  name: ProgramName,
  context: MatchContext,
): RuleMatch | null {
  const isAllow = rule.decision === 'allow';
  if (isAllow && !name.isSure) return null;
  // The words first: they rule out most.
  const worded = fitsPattern(rule, words);
  if (worded === 'no' || (isAllow && isArmed(rule, context))) return null;
  const fit = [fitsContains(rule, words), fitsEnv(rule, context), fitsFolder(rule, context)].reduce(
    weaker,
    worded,
  );
  if (fit === 'no' || (isAllow && fit === 'maybe')) return null;
  const prefix = words.slice(1, rule.pattern.length).filter((word) => word !== null);
  return {
    rule,
    matchedPrefix: [name.name, ...prefix],
    ...(name.path !== undefined && { resolvedProgram: name.path }),
    ...(fit === 'maybe' && { isPossible: true as const }),
  };
}

/**
 * The rules that speak of a command, in the order of the set. A word of `argv` that is not known is `null`; a command
 * whose program is not known matches nothing.
 */
export function matchRules(
  argv: readonly (string | null)[],
  context: MatchContext,
  rules: RuleSet,
): RuleMatch[] {
  const [word] = argv;
  if (word === undefined || word === null || rules.prefix.length === 0) return [];
  const { byFirstWord, executables } = indexRules(rules);
  const matching = context.programs ?? 'in-force';
  const names = listProgramNames({ word, program: context.program ?? null, matching, executables });
  const found = new Map<number, RuleMatch>();
  for (const name of names) {
    for (const index of narrowRules(byFirstWord.get(name.name), argv[1])) {
      const rule = rules.prefix[index];
      if (rule === undefined || found.has(index)) continue;
      const match = matchRule(rule, argv, name, context);
      if (match !== null) found.set(index, match);
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, match]) => match);
}

const STRICTNESS: Record<RuleDecision, number> = { allow: 0, prompt: 1, forbidden: 2 };

/** The strictest decision of several rules, null of none; where one only may forbid, a person is asked. */
export function strictestDecision(matches: readonly RuleMatch[]): RuleDecision | null {
  let strictest: RuleDecision | null = null;
  for (const { rule, isPossible } of matches) {
    const decision = rule.decision === 'forbidden' && isPossible ? 'prompt' : rule.decision;
    if (strictest === null || STRICTNESS[decision] > STRICTNESS[strictest]) strictest = decision;
  }
  return strictest;
}
