import type { Word } from '../protocol/index.ts';
import type { AnalyzedStep } from './step-scope.ts';

/** Bounds for builtins, which may have longer arguments than the question, a program, can be given. */
const MAX_WORDS = 32;
const MAX_LENGTH = 256;

const PARAMETER =
  '\\$(?:[A-Za-z_]\\w*|[0-9@*#$!-]|\\{(?:[0-9@*]+|#?[A-Za-z_]\\w*(?:\\[[@*\\d]+\\])?)\\}|' +
  '\\{[A-Za-z_]\\w*(?::?-|##?|%%?|//?)[\\w.,/*-]*\\})';
/** Words whose expansion has no side effect: quotes, plain variables, patterns, braces, a home directory. */
const PURE = new RegExp(
  `^(?:'[^'\\n]*'|"(?:[^"\\\\$\`\\n]|\\\\[^\\n]|${PARAMETER})*"|\\\\[^\\n]|${PARAMETER}|[^'"\\\\$\`<>();&|\\s])*$`,
);

/**
 * The step's words as shell text for the question. Of a program they are what the program will get wherever that can
 * be had without a side effect, so that an answer can be recognized when the kernel holds it. Of a builtin they are
 * for reading only, and cut. Anything else is given as written.
 */
export function listDisplayWords(step: AnalyzedStep): string[] {
  const { words, form } = step.draft;
  if (step.node?.type !== 'Command') return words.slice(0, MAX_WORDS).map(showText);
  if (form === 'program' || form === 'opaque') return words.map(showExact);
  return words.slice(0, MAX_WORDS).map(showCut);
}

function showExact(word: Word): string {
  if (word.value !== undefined) return quoteShell(word.value);
  return PURE.test(word.text) ? word.text : showText(word);
}

function showCut(word: Word): string {
  const name = /^"?\$\{?([A-Za-z_]\w*)\}?"?$/.exec(word.text)?.[1];
  return name !== undefined && word.value === undefined ? `"\${${name}:0:${MAX_LENGTH}}"` : showText(word);
}

function showText(word: Word): string {
  const text = word.value ?? word.text;
  return quoteShell(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}

/** Quotes text for the shell as one word without a line break, which could end a here-document's line. */
function quoteShell(text: string): string {
  if (/^[\w.,/:@%+=-]+$/.test(text)) return text;
  if (!/[\x00-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, escapeControl);
  return `$'${escaped}'`;
}

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
