import type { PrefixRule } from '../../protocol/index.ts';

/** Characters that a file of rules must not hold as they are. */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A string of the rule language that is read as exactly this text. */
export function writeRuleString(text: string): string {
  const plain = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  const safe = plain.replace(
    HIDDEN,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `"${safe}"`;
}

function writeWords(words: readonly (string | string[])[]): string {
  return `[${words.map((word) => (typeof word === 'string' ? writeRuleString(word) : writeWords(word))).join(', ')}]`;
}

/** A rule as one line of a file. */
export function writeRule(rule: Omit<PrefixRule, 'origin'>): string {
  const parts = [`pattern=${writeWords(rule.pattern)}`, `decision="${rule.decision}"`];
  if (rule.contains !== undefined) parts.push(`contains=${writeWords(rule.contains)}`);
  if (rule.cwd !== undefined) parts.push(`cwd=${writeRuleString(rule.cwd)}`);
  if (rule.env !== undefined) {
    const pairs = Object.entries(rule.env).map(
      ([name, value]) => `${writeRuleString(name)}: ${writeRuleString(value)}`,
    );
    parts.push(`env={${pairs.join(', ')}}`);
  }
  if (rule.sandbox !== undefined) parts.push(`sandbox="${rule.sandbox}"`);
  if (rule.justification !== undefined) parts.push(`justification=${writeRuleString(rule.justification)}`);
  return `prefix_rule(${parts.join(', ')})`;
}
