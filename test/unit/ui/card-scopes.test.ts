import { describe, expect, test } from 'vitest';
import { ApprovalAnswer, type GrantScope, riskLevelOf } from '../../../src/protocol/index.ts';
import {
  beginningOf,
  coverWords,
  longerAnswer,
  longerScopes,
  matchChoices,
  opensForAll,
} from '../../../src/ui/inspector/offer-scopes.ts';

const ALL: GrantScope[] = ['once', 'step', 'turn', 'session', 'until', 'always'];
const riskOf = (score: number) => ({ score, level: riskLevelOf(score), rationale: '', evidence: [] });
const asked = (parts: object = {}) => ({
  scopes: ALL,
  risk: riskOf(3),
  grant: undefined,
  argv: ['npm', 'run', 'lint'],
  text: 'npm run lint',
  category: 'risk' as const,
  ...parts,
});
const GRANT = { read: [], write: ['/srv/www'], hosts: [], sockets: [] };

describe('what "Allow for…" offers', () => {
  test('is in order from narrow to wide, without "always" where no line would be saved', () => {
    expect(longerScopes(asked())).toEqual(['step', 'turn', 'session', 'until']);
  });
  test('has "always" last, with the line that it saves', () => {
    const always = { allow: 'prefix_rule(pattern=["npm"], decision="prompt")', file: '/r' };
    expect(longerScopes(asked({ always }))).toEqual(['step', 'turn', 'session', 'until', 'always']);
    expect(longerScopes(asked({ always: { forbid: 'x', file: '/r' } }))).not.toContain('always');
    expect(longerScopes(asked({ always, scopes: ['once', 'turn'] }))).toEqual(['turn']);
    expect(longerScopes(asked({ always, risk: riskOf(9) }))).toEqual([]);
    expect(matchChoices(asked({ always }), 'always')).toEqual([]);
    const answer = longerAnswer({ scope: 'always', match: undefined, rule: always.allow }, 5);
    expect(ApprovalAnswer.parse(answer)).toEqual({ outcome: 'allowed', scope: 'always', rule: always.allow });
  });
  test('is what the engine offers and nothing else', () => {
    expect(longerScopes(asked({ scopes: ['once', 'session'] }))).toEqual(['session']);
    expect(longerScopes(asked({ scopes: ['once'] }))).toEqual([]);
  });
  test('is nothing for what is critical, whatever was offered', () => {
    expect(longerScopes(asked({ risk: riskOf(9) }))).toEqual([]);
  });
  test('is the step alone where a longer one would answer nothing', () => {
    expect(longerScopes(asked({ category: 'outside' }))).toEqual(['step']);
    expect(longerScopes(asked({ category: 'outside', grant: GRANT }))).toHaveLength(4);
  });
});

describe('of a call of a tool', () => {
  const call = asked({ category: 'mcp', argv: ['github', 'search', '{}'], risk: null });
  test('a beginning is its server and tool, without arguments', () => {
    expect(beginningOf(call)).toEqual(['github', 'search']);
    expect(beginningOf(asked())).toEqual(['npm', 'run', 'lint']);
  });
  test('the words say what is covered', () => {
    expect(coverWords(call, 'session', 'prefix')).toBe(
      'This tool, with any arguments, until this session ends.',
    );
    expect(coverWords(call, 'turn', 'exact')).toBe('Exactly this call, until this script ends.');
  });
});

describe('which commands it covers', () => {
  test.each([
    ['a known command', {}, 'session', ['exact', 'prefix']],
    ['one that is high', { risk: riskOf(7) }, 'session', ['exact']],
    ['one that nobody assessed', { risk: null }, 'session', ['exact']],
    [
      'a call of a tool',
      { category: 'mcp', risk: null, text: 's · t {"a":">"}' },
      'session',
      ['exact', 'prefix'],
    ],
    ['a step', {}, 'step', []],
    ['a command without its words', { argv: undefined }, 'session', []],
    ['a redirection', { grant: GRANT, text: 'echo x > /srv/www/a' }, 'session', []],
    ['a held call', { grant: GRANT, category: 'blocked' }, 'turn', []],
    ['a command with paths of its own', { grant: GRANT }, 'turn', ['exact', 'prefix']],
  ] as const)('%s', (_, parts, scope, choices) => {
    expect(matchChoices(asked(parts), scope)).toEqual(choices);
  });

  test('the words say when paths stay open for everything', () => {
    const open = asked({ grant: GRANT, text: 'echo x > /srv/www/a' });
    expect(opensForAll(open)).toBe(true);
    expect(coverWords(open, 'session', 'exact')).toContain('everything this session runs');
    expect(coverWords(asked(), 'session', 'exact')).toMatch(/^Exactly this command, in this folder/);
    expect(coverWords(asked(), 'session', 'prefix')).toMatch(/also with more arguments/);
  });
});

test('the answer is one that the protocol knows, with its time', () => {
  expect(ApprovalAnswer.parse(longerAnswer({ scope: 'until', match: 'exact' }, 1000))).toEqual({
    outcome: 'allowed',
    scope: 'until',
    match: 'exact',
    untilMs: 3_601_000,
  });
  expect(longerAnswer({ scope: 'step', match: undefined }, 1000)).toEqual({
    outcome: 'allowed',
    scope: 'step',
  });
});
