import type { PrefixRule, RuleOrigin } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import type { MatchContext } from './match-rule.ts';
import {
  type Arguments,
  readArguments,
  readChoice,
  readJustification,
  readText,
  readTexts,
  wrongKind,
} from './read-arguments.ts';
import type { Call, Literal } from './read-calls.ts';
import { RuleProblem } from './rule-mistake.ts';
import { splitExample } from './split-example.ts';

/** A command that the file says the rule speaks of, or does not. */
export interface RuleExample {
  readonly rule: PrefixRule;
  readonly argv: readonly string[];
  readonly assignments: NonNullable<MatchContext['assignments']>;
  readonly shouldMatch: boolean;
  readonly at: number;
}

const FORM = {
  names: ['pattern', 'decision', 'match', 'not_match', 'justification'],
  needed: ['pattern'],
  named: ['sandbox', 'cwd', 'env', 'contains'],
} as const;
const MOST_WORDS = 256;

function readWord(literal: Literal): string {
  if (literal.kind !== 'string')
    throw wrongKind(
      literal,
      'pattern holds words, or lists of words',
      'Write pattern=["git", ["status", "log"]]',
    );
  return literal.value;
}

function readAlternatives(literal: Literal): string | string[] {
  if (literal.kind !== 'list') return readWord(literal);
  const [first, ...more] = literal.items.map(readWord);
  if (first === undefined)
    throw new RuleProblem(literal.at, 'a list of alternatives is empty', 'Write at least one word in it');
  return more.length === 0 ? first : [first, ...more];
}

function readPattern(list: Arguments): PrefixRule['pattern'] {
  const literal = list.get('pattern');
  if (literal?.kind !== 'list')
    throw wrongKind(
      literal ?? { kind: 'none', at: 0 },
      'pattern must be a list of words',
      'Write pattern=["git", "status"]',
    );
  if (literal.items.length === 0)
    throw new RuleProblem(literal.at, 'pattern is empty', 'Name at least the program: pattern=["git"]');
  if (literal.items.length > MOST_WORDS)
    throw new RuleProblem(
      literal.at,
      `pattern has more than ${MOST_WORDS} words`,
      'Write only the words that the command begins with',
    );
  const pattern = literal.items.map(readAlternatives);
  const [first = ''] = pattern;
  if (first === '' || (typeof first !== 'string' && first.includes('')))
    throw new RuleProblem(literal.items[0]?.at ?? literal.at, 'the program in pattern is empty', 'Name it');
  return pattern;
}

function readFolder(list: Arguments): string | undefined {
  const folder = readText(list, 'cwd');
  if (folder === undefined) return undefined;
  const isWhole = folder === '~' || /^(~\/|\/|[A-Za-z]:[\\/])/.test(folder);
  if (!isWhole || folder.split('/').includes('..'))
    throw new RuleProblem(
      list.get('cwd')?.at ?? 0,
      `cwd must be an absolute folder, but is "${showText(folder, 80)}"`,
      'Begin it with / or ~/, without ..',
    );
  return folder;
}

function readEnv(list: Arguments): Record<string, string> | undefined {
  const literal = list.get('env');
  if (literal === undefined) return undefined;
  const hint = 'Write env={"CI": "1"}, or "*" for any value';
  if (literal.kind !== 'dict') throw wrongKind(literal, 'env must be a table of variables', hint);
  const env = new Map<string, string>();
  for (const [key, value] of literal.items) {
    if (key.kind !== 'string') throw wrongKind(key, 'env names variables by strings', hint);
    if (value.kind !== 'string') throw wrongKind(value, 'env holds strings', hint);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key.value) || key.value === '__proto__')
      throw new RuleProblem(key.at, `"${showText(key.value, 60)}" is no name of a variable`, hint);
    if (env.has(key.value)) throw new RuleProblem(key.at, `${key.value} is given twice`, 'Keep one of them');
    env.set(key.value, value.value);
  }
  if (env.size === 0) throw new RuleProblem(literal.at, 'env is empty', 'Name a variable, or leave it out');
  return Object.fromEntries(env);
}

function readContains(list: Arguments): string[] | undefined {
  const words = readTexts(list, 'contains');
  if (words?.length === 0)
    throw new RuleProblem(list.get('contains')?.at ?? 0, 'contains is empty', 'Name a word, or leave it out');
  return words?.map(({ value }) => value);
}

/** Words of an example; assignments in front of them count where the rule speaks of variables. */
function readExample(rule: PrefixRule, literal: Literal, name: string): Omit<RuleExample, 'shouldMatch'> {
  const hint = `Write ${name}=["git status"] or ${name}=[["git", "status"]]`;
  let words: string[] | null;
  if (literal.kind === 'string') words = splitExample(literal.value);
  else if (literal.kind === 'list')
    words = literal.items.map((item) => {
      if (item.kind !== 'string') throw wrongKind(item, `an example in ${name} holds words`, hint);
      return item.value;
    });
  else throw wrongKind(literal, `${name} holds commands`, hint);
  if (words === null) throw new RuleProblem(literal.at, 'a quote in this example has no end', hint);
  const assignments: { name: string; value: string }[] = [];
  while (rule.env !== undefined && literal.kind === 'string') {
    const [, variable, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(words[0] ?? '') ?? [];
    if (variable === undefined || value === undefined) break;
    assignments.push({ name: variable, value });
    words = words.slice(1);
  }
  if (words.length === 0) throw new RuleProblem(literal.at, 'this example has no words', hint);
  return { rule, argv: words, assignments, at: literal.at };
}

function readExamples(rule: PrefixRule, list: Arguments, name: 'match' | 'not_match'): RuleExample[] {
  const literal = list.get(name);
  if (literal === undefined) return [];
  if (literal.kind !== 'list')
    throw wrongKind(literal, `${name} must be a list of commands`, `Write ${name}=["git status"]`);
  return literal.items.map((item) => ({
    ...readExample(rule, item, name),
    shouldMatch: name === 'match',
  }));
}

/** The rule of a `prefix_rule(…)` and its examples, which are not checked here. Throws a `RuleProblem`. */
export function readPrefixRule(
  call: Call,
  origin: RuleOrigin,
): { rule: PrefixRule; examples: RuleExample[] } {
  const list = readArguments(call, FORM);
  const pattern = readPattern(list);
  const decision = readChoice(list, 'decision', ['allow', 'prompt', 'forbidden']) ?? 'allow';
  const justification = readJustification(list);
  const sandbox = readChoice(list, 'sandbox', ['none']);
  if (sandbox !== undefined && decision !== 'allow')
    throw new RuleProblem(
      list.get('sandbox')?.at ?? 0,
      `sandbox="none" stands on a rule that says ${decision}`,
      'Only what is allowed can run without a wall: remove it',
    );
  const cwd = readFolder(list);
  const env = readEnv(list);
  const contains = readContains(list);
  const rule: PrefixRule = {
    pattern,
    decision,
    ...(justification !== undefined && { justification }),
    ...(sandbox !== undefined && { sandbox }),
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
    ...(contains !== undefined && { contains }),
    origin,
  };
  return {
    rule,
    examples: [...readExamples(rule, list, 'match'), ...readExamples(rule, list, 'not_match')],
  };
}
