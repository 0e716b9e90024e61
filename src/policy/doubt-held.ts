/** What is said of every held program that may not be, or not only be, what its words show. */
import type { Facts, Reason, StepDraft } from '../protocol/index.ts';
import { baseName } from './base-name.ts';
import { showText } from './judge-show.ts';

const MAX_SHOWN = 200;

/** Why what is shown could be exchanged before it runs; null when nothing in the sandbox could do so. */
export function tellUnverified({ isHeld, threads = 1, shared, traced }: Facts): string | null {
  if (!isHeld) return null;
  const who = traced
    ? 'a debugger follows the program that asks'
    : shared
      ? 'the program that asks shares its memory with another process'
      : threads > 1
        ? `the program that asks has ${threads} threads`
        : null;
  if (who === null) return null;
  return `Not verified: ${who}, so what is shown could be swapped for something else. What starts is compared with it, and killed if it is another program.`;
}

/** The program that a held step really is, where its first word is another name: `exec -a ls touch x`. */
export function findOtherProgram({ words }: Pick<StepDraft, 'words'>, facts: Facts): string | null {
  const { isHeld, program, realProgram } = facts;
  if (!isHeld || typeof program !== 'string') return null;
  const name = baseName(words[0]?.value ?? '');
  const isNamed = [program, realProgram ?? program].some((path) => baseName(path) === name);
  return isNamed ? null : (realProgram ?? program);
}

/** Reasons that speak of the held process itself; none for what is as it looks. */
export function doubtHeld(facts: Facts): Reason[] {
  const unverified = tellUnverified(facts);
  const reasons: Reason[] = unverified === null ? [] : [{ code: 'unverified', text: unverified }];
  for (const { name, value } of facts.variables ?? []) {
    const text =
      value === null
        ? `${showText(name)} was set when the session's launch began, and has been taken away from it.`
        : `${showText(name)}=${showText(value, MAX_SHOWN)} is set for it by something that ran before, and not by its own words. It can make it run other code.`;
    reasons.push({ code: 'inherited-variable', text });
  }
  if (facts.variablesCut)
    reasons.push({
      code: 'inherited-variable',
      text: 'So much is set for it that not all could be looked at.',
    });
  return reasons;
}
