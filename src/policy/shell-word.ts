import type { Word as WordNode, WordPart } from 'unbash';
import type { Word } from '../protocol/index.ts';

const PLAIN = /^[\w.,/:@%+=^-]+$/;

/** True for a word without quotes or expansions: it is what it says, and nothing can be inside it. */
export function isPlainText(text: string): boolean {
  return PLAIN.test(text);
}

/** The protocol's word for a parsed one: its value is set only when the shell can make nothing else of it. */
export function toWord(node: WordNode): Word {
  if (PLAIN.test(node.text)) return { text: node.text, value: node.text };
  const value = readLiteral(node);
  return value === null ? { text: node.text } : { text: node.text, value };
}

/** A word that is known in full and was not written in the script, such as one read from a split string. */
export function makeLiteralWord(value: string): Word {
  return { text: value, value };
}

function readLiteral(node: WordNode): string | null {
  // A tilde at the start, or behind `=` and `:`, may become a home directory.
  if (/^~|[=:]~/.test(node.text)) return null;
  const parts = node.parts;
  if (parts !== undefined && !parts.every(isLiteralPart)) return null;
  const value = node.value;
  return value.includes('\0') ? null : value;
}

function isLiteralPart(part: WordPart): boolean {
  if (part.type === 'Literal' || part.type === 'SingleQuoted') return true;
  if (part.type === 'AnsiCQuoted') return !part.value.includes('\0');
  return part.type === 'DoubleQuoted' && part.parts.every((child) => child.type === 'Literal');
}

/**
 * True when the word becomes exactly one word whatever its expansions yield: nothing in it is split, globbed or
 * multiplied. Errs to false.
 */
export function isSingleField(word: Word): boolean {
  if (word.value !== undefined) return true;
  const text = word.text;
  if (/\$@|\$\{@|\[@\]|\$\{![^}]*[@*]\}|[`]|\$\(/.test(text)) return false;
  const bare = text.replace(/'[^']*'/g, '').replace(/"(?:[^"\\]|\\.)*"/g, '');
  return !/[$*?[\]{}~'"\\]/.test(bare);
}
