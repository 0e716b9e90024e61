import { describe, expect, it } from 'vitest';
import type { RowFilter } from '../../../src/protocol/index.ts';
import { parseRowQuery, writeRowQuery } from '../../../src/timeline/index.ts';

const READ: readonly (readonly [string, RowFilter])[] = [
  ['', {}],
  ['   ', {}],
  ['kind:command', { kinds: ['command'] }],
  ['kind:edit,denial KIND:EDIT', { kinds: ['edit', 'denial'] }],
  ['outcome:rejected outcome=expired', { outcomes: ['rejected', 'expired'] }],
  ['risk>=6', { minRisk: 6 }],
  ['risk>=10', { minRisk: 10 }],
  ['approval', { hasApproval: true }],
  ['no-approval', { hasApproval: false }],
  ['free words "two words"', { words: ['free', 'words', 'two words'] }],
  ['"approval" "kind:command"', { words: ['approval', 'kind:command'] }],
  ['"say \\"hello\\" \\\\"', { words: ['say "hello" \\'] }],
  ['cmd-7k3q9d2e ./a.sh --force', { words: ['cmd-7k3q9d2e', './a.sh', '--force'] }],
  ['""', {}],
  [
    'kind:command outcome:rejected risk>=6 approval npm',
    { kinds: ['command'], outcomes: ['rejected'], minRisk: 6, hasApproval: true, words: ['npm'] },
  ],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['host:github.com', 'There is no host: here; known are kind:, outcome:, risk>=, approval'],
  ['kind:cmd', 'There is no kind "cmd"; known are turn, message, command'],
  ['kind:', 'There is no kind ""'],
  ['outcome:maybe', 'There is no outcome "maybe"; known are none, waiting'],
  ['kind>=3', 'There is no kind>= here'],
  ['risk>6', 'Risk is asked for as risk>=6'],
  ['risk:6', 'Risk is asked for as risk>=6'],
  ['risk>=11', 'with a number from 0 to 10'],
  ['risk>=high', 'with a number from 0 to 10'],
  ['"open', 'The quote " is not closed.'],
  ['x'.repeat(201), 'at most 200 characters'],
  ['w '.repeat(21), 'at most 20 words'],
];

describe('a typed query', () => {
  it.each(READ)('%s', (text, filter) => {
    expect(parseRowQuery(text)).toEqual({ filter });
  });

  it.each(REFUSED)('%s is refused with the way out', (text, problem) => {
    expect(parseRowQuery(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it.each(READ)('%s is read again as it was written', (_text, filter) => {
    expect(parseRowQuery(writeRowQuery(filter))).toEqual({ filter });
  });

  it('of any words is read again', () => {
    const words = ['a b', '"', '\\', 'no-approval', 'Risk>=6', 'a\nb', 'kind:x', '😀', "it's"];
    expect(parseRowQuery(writeRowQuery({ words }))).toEqual({ filter: { words } });
  });
});
