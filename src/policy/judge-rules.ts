/**
 * What the rules say of a step. Promises: a rule that forbids or asks counts however the command is wrapped; one that
 * allows counts only for a command that is known to be what the rule names. Does not promise that a program keeps to
 * its name: the wall bounds it. Without it a rule would hold for those who spell a command as its author did.
 */
import type { ConfigSnapshot, Facts, PrefixRule, Reason, StepDraft } from '../protocol/index.ts';
import { type CommandForm, listCommandForms } from './command-forms.ts';
import { findOtherProgram, tellUnverified } from './doubt-held.ts';
import { listInterpreterForms } from './interpreter-words.ts';
import { isSystemProgram } from './judge-harmless.ts';
import { showText } from './judge-show.ts';
import { classifyPath } from './path-access.ts';
import { sayPossibleRule, sayRule } from './rule-sentence.ts';
import { matchRules, type RuleMatch } from './rules/index.ts';
import { splitScript } from './split-script.ts';
import { unwrapCommand } from './unwrap-command.ts';

/** The rules that speak of a step, as reasons and by themselves. */
export interface StepRules {
  readonly forbidden: readonly Reason[];
  readonly prompts: readonly Reason[];
  readonly allows: readonly Reason[];
  /** Of rules that would allow, and do not count. */
  readonly notes: readonly Reason[];
  /** All that counted, in the order of the set. */
  readonly counted: readonly PrefixRule[];
  /** Those that would allow, and do not count. */
  readonly uncounted: readonly PrefixRule[];
}

const NO_RULES: StepRules = { forbidden: [], prompts: [], allows: [], notes: [], counted: [], uncounted: [] };

/** A rule that speaks of a step, and whether it counts for it. */
export interface StepRuleMatch extends RuleMatch {
  /** Why a rule that allows does not count, as the end of a sentence. */
  readonly but?: string | undefined;
}

/** One rule against all forms of a command; the surest match counts. */
interface RuleFinding {
  readonly rule: PrefixRule;
  readonly match: RuleMatch;
  readonly path?: string | undefined;
  readonly isPossible: boolean;
  /** Why a rule that allows does not count. */
  readonly but?: string | undefined;
}

const ELSEWHERE = 'here it is started by something that changes what it does';
const ONLY_LAUNCHER = 'not what it starts';

/** Why nothing of this command can be taken as its words say. */
function doubtCommand(step: StepDraft, facts: Facts): string | undefined {
  const other = findOtherProgram(step, facts);
  if (other !== null) return `here that is ${showText(other)}, started under another name`;
  if (tellUnverified(facts) !== null) return 'what is shown of it is not verified';
  if (facts.variables?.length || facts.variablesCut)
    return 'what runs before it has changed what is set for it';
  return undefined;
}

/** A bare name that leads to a file which the session can change says nothing of what runs. */
function doubtProgram(match: RuleMatch, form: CommandForm, snapshot: ConfigSnapshot): string | undefined {
  const { program } = form;
  const [word = ''] = match.matchedPrefix;
  if (typeof program !== 'string' || /[\\/]/.test(word)) return undefined;
  const place = classifyPath(program, snapshot);
  if ((place !== 'inside' && place !== 'scratch') || isSystemProgram(program, snapshot)) return undefined;
  const isListed = snapshot.rules.hostExecutables.some(
    ({ name, paths }) => name === word && paths.includes(program),
  );
  return isListed ? undefined : `here that is ${showText(program)}, a file that the session can change`;
}

function doubtAllow(
  match: RuleMatch,
  form: CommandForm,
  { step, snapshot, facts }: { step: StepDraft; snapshot: ConfigSnapshot; facts: Facts },
): string | undefined {
  if (match.rule.pattern.length <= form.launcherWords) return ONLY_LAUNCHER;
  if (!form.isSure) return ELSEWHERE;
  return doubtCommand(step, facts) ?? doubtProgram(match, form, snapshot);
}

function isSurer(found: RuleFinding, known: RuleFinding | undefined): boolean {
  if (known === undefined) return true;
  if (found.rule.decision === 'allow') return known.but !== undefined && found.but === undefined;
  return known.isPossible && !found.isPossible;
}

const MAX_HIDDEN = 64;

/**
 * Commands that a program is or starts without being named so: the interpreter of its script, and what a script among
 * its own words starts. Only for rules that forbid or ask.
 */
function listHiddenForms(step: StepDraft, facts: Facts): (readonly (string | null)[])[] {
  const argv = step.words.map(({ value, text }) => value ?? text);
  const forms = listInterpreterForms(facts.interpreter ?? [], argv);
  const { script } = facts.isHeld ? unwrapCommand(step.words) : { script: undefined };
  if (script === undefined) return forms;
  const started = splitScript(script).steps.slice(0, MAX_HIDDEN);
  return [...forms, ...started.map(({ words }) => words.map(({ value }) => value ?? null))];
}

function findHidden(
  step: StepDraft,
  facts: Facts,
  match: (words: readonly (string | null)[]) => RuleMatch[],
): RuleFinding[] {
  const matches = listHiddenForms(step, facts).flatMap(match).filter(isStrict);
  const found = matches.map((each) => {
    const { rule, resolvedProgram: path, isPossible = false } = each;
    return { rule, match: each, path, isPossible };
  });
  // The surest last, so that it is the one that is kept.
  return found.sort((one, other) => Number(other.isPossible) - Number(one.isPossible));
}

function findRules(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): RuleFinding[] {
  const { rules } = snapshot;
  const context = {
    cwd: facts.cwd,
    home: snapshot.home,
    isUnbounded: snapshot.sandboxMode === 'danger-full-access',
    assignments: step.assignments.map(({ name, value }) => ({ name, value: value.value })),
  };
  const findings = new Map<PrefixRule, RuleFinding>();
  const real = facts.realProgram;
  for (const form of listCommandForms(step, facts)) {
    const program = form.program === undefined ? {} : { program: form.program };
    const named = matchRules(form.words, { ...context, ...program }, rules);
    // A link says nothing good of what it leads to: its file counts for what forbids or asks.
    const linked =
      typeof real === 'string' && typeof form.program === 'string'
        ? matchRules(form.words, { ...context, program: real }, rules).filter(isStrict)
        : [];
    for (const match of [...named, ...linked]) {
      const { rule, resolvedProgram: path, isPossible = false } = match;
      const but = rule.decision === 'allow' ? doubtAllow(match, form, { step, snapshot, facts }) : undefined;
      const found = { rule, match, path, isPossible, but };
      if (isSurer(found, findings.get(rule))) findings.set(rule, found);
    }
  }
  const hidden = findHidden(step, facts, (words) => matchRules(words, context, rules));
  const surer = hidden.filter((found) => isSurer(found, findings.get(found.rule)));
  return [...new Map([...findings, ...surer.map((found) => [found.rule, found] as const)]).values()];
}

function isStrict({ rule }: { readonly rule: PrefixRule }): boolean {
  return rule.decision !== 'allow';
}

/** A program whose file nobody can tell may be any of those that rules forbid or ask about. */
function doubtFile({ rules }: ConfigSnapshot, facts: Facts): Reason[] {
  if (facts.realProgram !== null || !rules.prefix.some((rule) => isStrict({ rule }))) return [];
  const text = 'Where its program really lies cannot be found out, and it may be one that a rule speaks of.';
  return [{ code: 'rule-prompt', text }];
}

function toReason(code: string): (found: RuleFinding) => Reason {
  return ({ rule, path, isPossible, but }) => {
    if (isPossible) return { code, text: sayPossibleRule(rule) };
    return { code, text: sayRule(rule, { path, ...(but !== undefined && { but }) }) };
  };
}

/** The rules that speak of a step behind its launchers, with those that would allow and do not count. */
export function matchStepRules(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): StepRuleMatch[] {
  return findRules(step, snapshot, facts).map(({ match, but }) => ({
    ...match,
    ...(but !== undefined && { but }),
  }));
}

/** Everything that the rules in force say of a step. */
export function readRules(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): StepRules {
  if (snapshot.rules.prefix.length === 0) return NO_RULES;
  const findings = findRules(step, snapshot, facts);
  const unknown = doubtFile(snapshot, facts);
  if (findings.length === 0) return { ...NO_RULES, prompts: unknown };
  const of = (decision: PrefixRule['decision']): RuleFinding[] =>
    findings.filter(({ rule }) => rule.decision === decision);
  const forbidden = of('forbidden');
  const allows = of('allow');
  return {
    forbidden: forbidden.filter(({ isPossible }) => !isPossible).map(toReason('rule-forbidden')),
    // What may be forbidden is asked about: at its start the words are known, and decide.
    prompts: [
      ...[...forbidden.filter(({ isPossible }) => isPossible), ...of('prompt')].map(toReason('rule-prompt')),
      ...unknown,
    ],
    allows: allows.filter(({ but }) => but === undefined).map(toReason('rule-allow')),
    notes: allows.filter(({ but }) => but !== undefined).map(toReason('rule-not-counted')),
    counted: findings.filter(({ but }) => but === undefined).map(({ rule }) => rule),
    uncounted: findings.filter(({ but }) => but !== undefined).map(({ rule }) => rule),
  };
}
