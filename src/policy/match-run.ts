import type { StepDraft, Word } from '../protocol/index.ts';
import { baseName } from './base-name.ts';
import { isSingleField, makeLiteralWord } from './shell-word.ts';
import { splitScript } from './split-script.ts';
import { unwrapCommand } from './unwrap-command.ts';

/** A step of the script as far as the matching needs it. */
export type RunCandidate = {
  step: Pick<StepDraft, 'index' | 'form' | 'words' | 'wrappers' | 'context'>;
  /** One run of it has ended. */
  isFinished: boolean;
};

const REPEATING_WRAPPERS = /^(?:xargs|find|gfind|watch|parallel|trap)\b/;
/** Bounds the work on one comparison; longer command lines are compared by their first words. */
const MAX_WORDS = 512;
const MAX_INNER = 8;

/**
 * Finds the step that a held program belongs to: the earliest unfinished one in shell order whose literal words fit
 * the real arguments, else one that may run again (in a loop, a function, below xargs). Returns its index, or null
 * for a program that the split did not foresee.
 */
export function matchRun(candidates: readonly RunCandidate[], argv: readonly string[]): number | null {
  const forms = listForms(argv);
  let again: number | null = null;
  for (const { step, isFinished } of candidates) {
    if (step.form !== 'program' && step.form !== 'opaque') continue;
    if (step.words.length === 0) continue;
    if (isFinished && (again !== null || !mayRunAgain(step))) continue;
    if (!forms.some((form) => fitsWords(step.words, form))) continue;
    if (!isFinished) return step.index;
    again = step.index;
  }
  return again;
}

/** True when a program with these arguments can be one of the step, by its words. */
export function mayBeRunOf(step: RunCandidate['step'], argv: readonly string[]): boolean {
  if ((step.form !== 'program' && step.form !== 'opaque') || step.words.length === 0) return false;
  return listForms(argv).some((form) => fitsWords(step.words, form));
}

/** True when one place in the script can start its program more than once. */
export function mayRunAgain(step: Pick<StepDraft, 'context' | 'wrappers'>): boolean {
  if (step.context.isInLoop || step.context.functionName !== undefined) return true;
  return step.wrappers.some((wrapper) => REPEATING_WRAPPERS.test(wrapper));
}

/** The real arguments as they are, and with the launchers taken off that a step does not show. */
function listForms(argv: readonly string[]): (readonly string[])[] {
  const { inner, wrappers, script } = unwrapCommand(argv.map(makeLiteralWord));
  const forms: (readonly string[])[] = [argv];
  if (wrappers.length === 0) return forms;
  if (inner !== null) forms.push(inner.map((word) => word.value ?? word.text));
  if (script !== undefined) {
    for (const step of splitScript(script).steps.slice(0, MAX_INNER))
      if (step.argv !== undefined) forms.push(step.argv);
  }
  return forms;
}

function fitsWords(words: readonly Word[], argv: readonly string[]): boolean {
  const name = words[0];
  if (name?.value !== undefined) {
    if (argv[0] === undefined || baseName(name.value) !== baseName(argv[0])) return false;
    return fitsRun(words.slice(1), argv.slice(1));
  }
  return fitsRun(words, argv);
}

/** Wildcard matching: a word that may be split stands for any run of words, other unknown ones for exactly one. */
function fitsRun(words: readonly Word[], argv: readonly string[]): boolean {
  const pattern = words.slice(0, MAX_WORDS);
  const text = argv.slice(0, MAX_WORDS);
  let at = 0;
  let wordAt = 0;
  let retryWord = -1;
  let retryAt = 0;
  while (at < text.length) {
    const word = pattern[wordAt];
    if (word !== undefined && word.value === undefined && !isSingleField(word)) {
      retryWord = wordAt;
      retryAt = at;
      wordAt += 1;
    } else if (word !== undefined && (word.value === undefined || word.value === text[at])) {
      wordAt += 1;
      at += 1;
    } else if (retryWord >= 0) {
      retryAt += 1;
      at = retryAt;
      wordAt = retryWord + 1;
    } else return false;
  }
  return pattern.slice(wordAt).every((word) => word.value === undefined && !isSingleField(word));
}
