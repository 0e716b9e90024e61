/** What is said of the wall around a step, where a rule speaks of it. */
import type { ConfigSnapshot, Facts, PrefixRule, Reason, StepDraft } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { placeOfRule } from './rule-sentence.ts';

const CANNOT_LEAVE = 'a program that was started behind it cannot leave it';

/** `counted`: the rules that count for the step. Empty where none speaks of the wall, or there is none anyway. */
export function readWallReasons(
  snapshot: ConfigSnapshot,
  facts: Facts,
  counted: readonly PrefixRule[],
): Reason[] {
  const rule = counted.find(({ sandbox }) => sandbox === 'none');
  if (facts.isUnwalled === true) {
    const text =
      rule === undefined
        ? 'It runs without the wall, with commands that rules let run so.'
        : `It runs without the wall: the rule at ${placeOfRule(rule.origin)} says sandbox="none".`;
    return [{ code: 'no-wall', text }];
  }
  if (rule === undefined || snapshot.sandboxMode === 'danger-full-access') return [];
  const why = facts.whyWalled === undefined ? CANNOT_LEAVE : showText(facts.whyWalled, 600);
  const text = `The rule at ${placeOfRule(rule.origin)} says sandbox="none", but it stays behind the wall: ${why}.`;
  return [{ code: 'wall-stays', text }];
}

/** Why a step may not start without the wall although its launch has none; null when it may. */
export function refuseUnwalled(step: StepDraft, facts: Facts, counted: readonly PrefixRule[]): Reason | null {
  // What a program without the wall starts is outside too, and judged as such.
  if (facts.isUnwalled !== true || facts.isHeld || step.form === 'builtin') return null;
  if (counted.some(({ sandbox }) => sandbox === 'none')) return null;
  return { code: 'no-wall-rule', text: 'It was to run without the wall, and no rule lets it run so now.' };
}
