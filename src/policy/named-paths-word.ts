/**
 * The path that a word names for certain. Promises: what the shell would expand is cut off at the last `/` before it, so
 * that `/etc/*` names `/etc`; a word that could begin anywhere names nothing. A home folder is written `~`.
 */
import type { Word } from '../protocol/index.ts';

/** `isWhole` is false when only a folder above the meant files is known. */
export interface NamedPath {
  readonly text: string;
  readonly isWhole: boolean;
}

const HOME = /^(?:~|\$HOME|\$\{HOME\}|"\$HOME"|"\$\{HOME\}")(?=\/|$)/;
const QUOTED_HOME = /^"(?:\$HOME|\$\{HOME\})(?=\/|"$)/;
const HERE = /^"?(?:\$PWD|\$\{PWD\}|\$\(pwd\)|`pwd`)(?="?\/|"?$)/;

/** Quoted text, escaped character, quote, expansion, plain text, in this order of trial. */
const PIECE = /'([^']*)'|\\([\s\S])|(")|([$`])|([*?[{])|([^'"\\$`*?[{]+)/gy;

/** The prefix that the shell takes literally, with its quotes removed. */
function readLiteralPrefix(text: string): { prefix: string; isWhole: boolean } {
  let prefix = '';
  let isQuoted = false;
  let end = 0;
  for (const piece of text.matchAll(PIECE)) {
    const [whole, single, escaped, quote, expansion, pattern, plain] = piece;
    if (expansion !== undefined || (pattern !== undefined && !isQuoted)) return { prefix, isWhole: false };
    if (quote !== undefined) isQuoted = !isQuoted;
    else if (single !== undefined && isQuoted) return { prefix, isWhole: false };
    else prefix += single ?? escaped ?? pattern ?? plain ?? '';
    end = piece.index + whole.length;
  }
  return { prefix, isWhole: end === text.length && !isQuoted };
}

function withStart(start: string, rest: string): NamedPath {
  const { prefix, isWhole } = readLiteralPrefix(rest);
  if (isWhole) return { text: `${start}${prefix}`, isWhole };
  const cut = prefix.lastIndexOf('/');
  return { text: `${start}${cut < 0 ? '' : prefix.slice(0, cut)}`, isWhole };
}

/** What `word` names, or null when that cannot be known. */
export function namePath(word: Word): NamedPath | null {
  if (word.value !== undefined) {
    if (word.value === '' || word.value.includes('\u0000')) return null;
    return { text: /^~(\/|$)/.test(word.value) ? nameTilde(word) : word.value, isWhole: true };
  }
  const { text } = word;
  const quotedHome = QUOTED_HOME.exec(text);
  if (quotedHome) return withStart('~', text.slice(quotedHome[0].length).replace(/"/, ''));
  const home = HOME.exec(text);
  if (home) return withStart('~', text.slice(home[0].length));
  const here = HERE.exec(text);
  if (here) return withStart('.', text.slice(here[0].length).replace(/"/, ''));
  const { prefix, isWhole } = readLiteralPrefix(text);
  if (isWhole) return prefix === '' ? null : { text: prefix, isWhole };
  return nameCutPrefix(text, prefix);
}

/** A tilde that was quoted is a file of that name; else it is the home folder. */
function nameTilde(word: Word): string {
  const value = word.value ?? '';
  return word.text.startsWith('~') || word.text === value ? value : `./${value}`;
}

function nameCutPrefix(text: string, prefix: string): NamedPath | null {
  const cut = prefix.lastIndexOf('/');
  if (cut >= 0) return { text: cut === 0 ? '/' : prefix.slice(0, cut), isWhole: false };
  const isGlobHere = !/[$`{]/.test(text.slice(0, 1)) && !text.startsWith('"$') && !text.includes('{/');
  return isGlobHere ? { text: '.', isWhole: false } : null;
}
