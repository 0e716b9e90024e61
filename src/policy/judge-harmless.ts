/**
 * Whether a step that looks like a harmless read may be taken for one. Promises: a program that the session could have
 * put there itself, a changed environment, a wrapper that changes who runs it and an uncertain fact all disqualify.
 * Without it `./ls` or `LD_PRELOAD=x.so cat` would run unasked under the policy untrusted.
 */
import type { ConfigSnapshot, Facts, Reason, StepDraft } from '../protocol/index.ts';
import { findOtherProgram, tellUnverified } from './doubt-held.ts';
import { showText } from './judge-show.ts';
import { classifyPath } from './path-access.ts';

const PLAIN_VARIABLES =
  /^(LC_[A-Z]+|LANG|LANGUAGE|TZ|TERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR|CI|DEBIAN_FRONTEND)$/;
const PLAIN_WRAPPERS =
  /^(command|builtin|exec|time|nice|ionice|nohup|timeout|stdbuf|setsid|g?xargs|find|bash|sh|dash|zsh|env|watch|eval|trap)$/;

function isPlainWrapper(wrapper: string): boolean {
  const words = wrapper.trim().split(/\s+/);
  const name = (words[0] ?? '').replace(/^.*\//, '');
  if (!PLAIN_WRAPPERS.test(name)) return false;
  return words
    .slice(1)
    .every((word) => !/^[A-Za-z_]\w*=/.test(word) || PLAIN_VARIABLES.test(word.slice(0, word.indexOf('='))));
}

/** A program that the session could have put there itself, or that was not found. */
function doubtProgram(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  program: string | null | undefined,
): string | null {
  if (step.form === 'program' && program === null)
    return 'Its program was not found, so what would run is not known.';
  if (typeof program !== 'string') return null;
  const found = classifyPath(program, snapshot);
  if (found !== 'inside' && found !== 'scratch') return null;
  return isSystemProgram(program, snapshot)
    ? null
    : `It runs ${showText(program)}, a file that the session can change.`;
}

/** Behind no wall every path is writable in principle; programs of the system still count as such. */
export function isSystemProgram(program: string, snapshot: ConfigSnapshot): boolean {
  return snapshot.sandboxMode === 'danger-full-access' && /^\/(usr\/(local\/)?)?s?bin\//.test(program);
}

/** Why a harmless-looking step is not taken for one, or null when it is. */
export function doubtHarmless(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): Reason | null {
  const doubt = (text: string): Reason => ({ code: 'not-harmless', text });
  const program = doubtProgram(step, snapshot, facts.program);
  if (program !== null) return doubt(program);
  const changed =
    step.form === 'assignment'
      ? undefined
      : step.assignments.find((item) => !PLAIN_VARIABLES.test(item.name));
  if (changed !== undefined) {
    return doubt(`It sets ${showText(changed.name)} for the program, which can change what it does.`);
  }
  const wrapper = step.wrappers.find((item) => !isPlainWrapper(item));
  if (wrapper !== undefined)
    return doubt(`It is started through ${showText(wrapper)}, which changes how it runs.`);
  const other = findOtherProgram(step, facts);
  if (other !== null) return doubt(`It is ${showText(other)}, started under another name.`);
  if (tellUnverified(facts) !== null) return doubt('What is shown of it is not verified.');
  if (facts.variables?.length || facts.variablesCut)
    return doubt('What runs before it has changed what is set for it, which can change what it does.');
  return null;
}
