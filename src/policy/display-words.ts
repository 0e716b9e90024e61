import type { Word } from '../protocol/index.ts';
import type { AnalyzedStep } from './step-scope.ts';

const MAX_WORDS = 32;
const MAX_LENGTH = 256;

/**
 * The step's words as shell text for the question: fixed text quoted, a plain variable with its value at that moment
 * (cut, as one argument has a limit), everything else as written. Nothing in it has a side effect.
 */
export function listDisplayWords(step: AnalyzedStep): string[] {
  const isLive = step.node?.type === 'Command';
  return step.draft.words.slice(0, MAX_WORDS).map((word) => showWord(word, isLive));
}

function showWord(word: Word, isLive: boolean): string {
  if (word.value !== undefined) return quoteShell(word.value);
  const name = /^"?\$\{?([A-Za-z_]\w*)\}?"?$/.exec(word.text)?.[1];
  if (isLive && name !== undefined) return `"\${${name}:0:${MAX_LENGTH}}"`;
  return quoteShell(word.text);
}

/** Quotes text for the shell as one word without a line break, which could end a here-document's line. */
function quoteShell(value: string): string {
  const text = value.length > MAX_LENGTH ? `${value.slice(0, MAX_LENGTH)}…` : value;
  if (/^[\w.,/:@%+=-]+$/.test(text)) return text;
  if (!/[\x00-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, escapeControl);
  return `$'${escaped}'`;
}

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
