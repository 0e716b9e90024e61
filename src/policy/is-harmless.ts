import type { StepDraft, Word } from '../protocol/index.ts';
import { isHarmlessBuiltin } from './harmless-builtins.ts';
import { isHarmlessGit } from './harmless-git.ts';
import { HARMLESS_PROGRAMS, type HarmlessRule } from './harmless-programs.ts';
import { hasWriteRedirect } from './read-redirect.ts';
import { isPrintingVariable, isRiskyVariable } from './risky-variables.ts';
import { readShellConnection } from './shell-connection.ts';

/** Launchers that add no effect of their own to what they start. */
const PLAIN_WRAPPERS = new Set(
  'env timeout nice ionice stdbuf time command builtin exec xargs find eval trap sh bash dash setsid'.split(
    ' ',
  ),
);

/**
 * True for a step that is known to read and print only. It promises that no option of the command that writes, runs a
 * program or opens a file for writing can be among the words, also not through an expansion. It says nothing of which
 * files are read: secrets are the judge's business. Without it reads would either all be asked, or some writes not.
 */
export function isHarmless(step: StepDraft): boolean {
  if (hasWriteRedirect(step.redirects)) return false;
  if (step.redirects.some(({ target }) => readShellConnection(target) !== null)) return false;
  if (!step.wrappers.every(isPlainWrapper)) return false;
  switch (step.form) {
    case 'assignment':
      return step.assignments.every(({ name }) => !isRiskyVariable(name));
    case 'redirection':
      return step.assignments.every(({ name }) => !isRiskyVariable(name));
    case 'builtin':
      return step.assignments.every(({ name }) => isPrintingVariable(name)) && isHarmlessBuiltin(step.words);
    case 'program':
      return (
        step.assignments.every(({ name }) => isPrintingVariable(name) && name !== 'IFS') &&
        isHarmlessProgram(step.words)
      );
    case 'opaque':
      return false;
  }
}

function isPlainWrapper(wrapper: string): boolean {
  const name = wrapper.split(' ', 1)[0]?.replace(/^\/(?:usr\/)?bin\//, '') ?? '';
  if (name === 'time') return !/\s-/.test(wrapper);
  return PLAIN_WRAPPERS.has(name);
}

function isHarmlessProgram(words: readonly Word[]): boolean {
  const name = readProgramName(words[0]);
  if (name === null) return false;
  const rest = words.slice(1);
  if (name === 'git') return isHarmlessGit(rest);
  const rule = HARMLESS_PROGRAMS.get(name);
  return rule !== undefined && fitsRule(rest, rule);
}

/** A program by bare name or in a system folder; a file of the same name elsewhere is not known. */
function readProgramName(word: Word | undefined): string | null {
  const value = word?.value;
  if (value === undefined) return null;
  const slash = value.lastIndexOf('/');
  if (slash < 0) return value;
  return /^\/(?:usr\/)?s?bin\/$/.test(value.slice(0, slash + 1)) ? value.slice(slash + 1) : null;
}

function fitsRule(rest: readonly Word[], rule: HarmlessRule): boolean {
  if (rule.any === true) return true;
  if (rest.some((word) => word.value === undefined && mayBecomeOption(word))) return false;
  const values = rest.map((word) => word.value ?? word.text);
  if (rule.check !== undefined && !rule.check(values)) return false;
  return !values.some((value) => rule.never?.test(value) === true);
}

/** An expansion could yield an option, unless the word starts with fixed text and cannot be split. */
export function mayBecomeOption(word: Word): boolean {
  if (word.value !== undefined) return word.value.startsWith('-');
  if (/^"[\w./](?:[^"\\`]|\\.)*"$/.test(word.text) && !/\$[@*{(]/.test(word.text)) return false;
  return !/^[\w./][^$`{]*$/.test(word.text);
}
