/**
 * Whether rules with `sandbox="none"` let a launch run without the wall. A program cannot leave the wall once it is
 * behind it, so it is decided for the launch as a whole, before it starts. Promises: only a script of plain commands
 * with literal words, each allowed by such a rule, runs so; a question, a refusal or a critical risk of any of them
 * keeps all of it behind the wall. Does not promise anything about what the programs do then: nothing bounds them.
 * Without it a script could carry a command of its own out of the wall with one that may leave it.
 */
import type { ConfigSnapshot, Facts, Judgement, PrefixRule, RuleSet, StepDraft } from '../protocol/index.ts';
import { readRules } from './judge-rules.ts';
import { showText } from './judge-show.ts';
import type { ScriptSplit } from './split-script.ts';

const MOST_STEPS = 64;
const MAX_SHOWN = 120;

/** Nothing but white space and what joins commands one after another. */
const JOINED = /^(?:[\s;|]|&&)*$/;
/** Becomes a path below the home folder, and nothing else. */
const BELOW_HOME = /^~\/[\w.,/@%+=-]*$/;
const BUILTINS = new Set([':', 'true', 'false', 'echo', 'pwd']);
const STRICT_SHELL = /^-(?:[eu]+|[eu]*o pipefail)$/;

const WITH_RULES = new WeakMap<RuleSet, boolean>();

/** True when some rule speaks of running without the wall. */
export function hasWallRules(rules: RuleSet): boolean {
  const known = WITH_RULES.get(rules) ?? rules.prefix.some(({ sandbox }) => sandbox === 'none');
  WITH_RULES.set(rules, known);
  return known;
}

/** The rules that count for the step and let it run without the wall. */
export function wallRulesOf(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): PrefixRule[] {
  if (!hasWallRules(snapshot.rules)) return [];
  return readRules(step, withoutWall(snapshot), facts).counted.filter(({ sandbox }) => sandbox === 'none');
}

const OPEN = new WeakMap<ConfigSnapshot, ConfigSnapshot>();

/** The configuration as it is for a launch without a wall. */
export function withoutWall(snapshot: ConfigSnapshot): ConfigSnapshot {
  const known = OPEN.get(snapshot) ?? {
    ...snapshot,
    sandboxMode: 'danger-full-access',
    networkAccess: true,
    profile: null,
    ignored: null,
  };
  OPEN.set(snapshot, known);
  return known;
}

/** A builtin that starts nothing, opens nothing and changes nothing that later commands are known by. */
function isIdleBuiltin({ form, words }: StepDraft): boolean {
  if (form !== 'builtin') return false;
  const [name = '', ...rest] = words.map(({ value = '' }) => value);
  if (BUILTINS.has(name)) return true;
  if (name === 'exit') return rest.every((word) => /^\d{1,3}$/.test(word));
  return name === 'set' && STRICT_SHELL.test(rest.join(' '));
}

function quote({ text }: StepDraft): string {
  return `\`${showText(text, MAX_SHOWN)}\``;
}

/** Why a step is no plain command; null when it is one. */
function doubtPlainStep(step: StepDraft): string | null {
  const { form, words, assignments, redirects, wrappers, context } = step;
  if (form === 'opaque') return `${quote(step)} is not understood`;
  if (redirects.length > 0) return `${quote(step)} has a redirection`;
  if (wrappers.length > 0) return `${quote(step)} is started by another program`;
  const isFlat = !(context.isInLoop || context.isBackground || context.isInSubshell);
  if (!isFlat || context.isInSubstitution || context.functionName !== undefined)
    return `${quote(step)} is no plain command`;
  if (form === 'builtin' && !isIdleBuiltin(step)) return `${quote(step)} is done by the shell itself`;
  if (form !== 'builtin' && form !== 'program') return `${quote(step)} is no plain command`;
  const isKnown = words.every(
    ({ text, value }, index) => value !== undefined || (index > 0 && BELOW_HOME.test(text)),
  );
  const isSet = assignments.every(({ value }) => value.value !== undefined);
  return isKnown && isSet ? null : `not all words of ${quote(step)} are known before it runs`;
}

/** Why a script is more than plain commands one after another, as the end of a sentence; null when it is not. */
export function doubtPlainScript(script: string, { opaque, steps }: ScriptSplit): string | null {
  if (opaque !== undefined) return 'the script is not understood';
  if (steps.length > MOST_STEPS) return `the script has more than ${MOST_STEPS} steps`;
  const doubt = steps.map(doubtPlainStep).find((why) => why !== null);
  if (doubt !== undefined) return doubt;
  let at = 0;
  let between = '';
  for (const { source } of steps) {
    between += script.slice(at, source.start);
    at = Math.max(at, source.end);
  }
  const isPlain = JOINED.test(between + script.slice(at));
  return isPlain ? null : 'the script is more than plain commands one after another';
}

/**
 * The rules that let one step of a plain script run without the wall (none for a builtin), or why it may not. `judged`:
 * with facts that say so, as it would be without the wall.
 */
export function judgeUnwalled(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  { facts, judgement }: { readonly facts: Facts; readonly judgement: Judgement },
): { readonly rules: readonly PrefixRule[] } | { readonly why: string } {
  const { verdict, category, reasons } = judgement;
  if (step.form === 'builtin' && verdict === 'allow') return { rules: [] };
  const rules = wallRulesOf(step, snapshot, facts);
  if (rules.length === 0) return { why: `no rule lets ${quote(step)} run without the wall` };
  if (verdict === 'allow' && category === 'rule') return { rules };
  const reason = reasons.find(({ code }) => !/^(?:rule-allow|no-wall)$/.test(code))?.text ?? '';
  return {
    why: `${quote(step)} is more than what a rule allows (${showText(reason.replace(/\.$/, ''), 300)})`,
  };
}
