import { type RowFilter, RowKind, RowOutcome } from '../protocol/index.ts';

/** What was typed, as a filter; or why it is none, as a sentence for the one who typed it. */
export type RowQuery = { readonly filter: RowFilter } | { readonly problem: string };

const KEYS = 'kind:, outcome:, risk>=, approval, no-approval';
const MAX_WORDS = 20;
const MAX_WORD_CHARS = 200;

/** Words in quotes stay together; a backslash takes the next quote or backslash as it is. */
const TOKEN = /"((?:[^"\\]|\\.)*)("?)|(\S+)/g;
const KEYED = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/i;

interface Draft {
  kinds: RowKind[];
  outcomes: RowOutcome[];
  words: string[];
  hasApproval?: boolean;
  minRisk?: number;
}

/**
 * Reads the typed query of a filter field: `kind:command,edit outcome:rejected risk>=6 approval free words "two words"`.
 * A word in quotes is never a key.
 */
export function parseRowQuery(text: string): RowQuery {
  const draft: Draft = { kinds: [], outcomes: [], words: [] };
  for (const [, quoted, end, plain] of text.matchAll(TOKEN)) {
    if (plain === undefined && end === '') return { problem: 'The quote " is not closed.' };
    const problem =
      plain === undefined ? addWord(draft, (quoted ?? '').replace(/\\(.)/g, '$1')) : addPlain(draft, plain);
    if (problem !== undefined) return { problem };
  }
  const { kinds, outcomes, words, ...rest } = draft;
  return {
    filter: {
      ...rest,
      ...(kinds.length > 0 && { kinds }),
      ...(outcomes.length > 0 && { outcomes }),
      ...(words.length > 0 && { words }),
    },
  };
}

function addWord(draft: Draft, word: string): string | undefined {
  if (word === '') return undefined;
  if (word.length > MAX_WORD_CHARS) return `A word has at most ${MAX_WORD_CHARS} characters.`;
  if (draft.words.length === MAX_WORDS) return `There are at most ${MAX_WORDS} words.`;
  draft.words.push(word);
  return undefined;
}

function addPlain(draft: Draft, token: string): string | undefined {
  const flag = token.toLowerCase();
  if (flag === 'approval' || flag === 'no-approval') {
    draft.hasApproval = flag === 'approval';
    return undefined;
  }
  const [, key, operator, value] = KEYED.exec(token) ?? [];
  if (key === undefined || operator === undefined || value === undefined) return addWord(draft, token);
  return addKeyed(draft, key.toLowerCase(), operator, value);
}

function addKeyed(draft: Draft, key: string, operator: string, value: string): string | undefined {
  const isList = operator === ':' || operator === '=';
  if (key === 'risk') return addRisk(draft, operator, value);
  if (key === 'kind' && isList) return addNames(draft.kinds, RowKind.options, key, value);
  if (key === 'outcome' && isList) return addNames(draft.outcomes, RowOutcome.options, key, value);
  return `There is no ${key}${operator} here; known are ${KEYS}. To search for the text, put it in quotes.`;
}

function addRisk(draft: Draft, operator: string, value: string): string | undefined {
  const number = /^\d{1,2}$/.test(value) ? Number(value) : undefined;
  if (operator !== '>=' || number === undefined || number > 10)
    return 'Risk is asked for as risk>=6, with a number from 0 to 10.';
  draft.minRisk = number;
  return undefined;
}

function addNames<T extends string>(
  names: T[],
  known: readonly T[],
  key: string,
  value: string,
): string | undefined {
  for (const typed of value.toLowerCase().split(',')) {
    const name = known.find((other) => other === typed);
    if (name === undefined) return `There is no ${key} "${typed}"; known are ${known.join(', ')}.`;
    if (!names.includes(name)) names.push(name);
  }
  return undefined;
}

/** The filter as one would type it; read again it is the same filter. */
export function writeRowQuery(filter: RowFilter): string {
  const { kinds = [], outcomes = [], words = [], hasApproval, minRisk } = filter;
  const parts: string[] = [];
  if (kinds.length > 0) parts.push(`kind:${kinds.join(',')}`);
  if (outcomes.length > 0) parts.push(`outcome:${outcomes.join(',')}`);
  if (minRisk !== undefined) parts.push(`risk>=${minRisk}`);
  if (hasApproval !== undefined) parts.push(hasApproval ? 'approval' : 'no-approval');
  return [...parts, ...words.filter((word) => word !== '').map(writeWord)].join(' ');
}

function writeWord(word: string): string {
  const isPlain = /^[^\s"\\]+$/.test(word) && !KEYED.test(word) && !/^(?:no-)?approval$/i.test(word);
  return isPlain ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}
