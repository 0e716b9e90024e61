import { describe, expect, it } from 'vitest';
import { type AllowFlags, readAllowAnswer, readRejectAnswer } from '../../../src/cli/allow-answer.ts';

const nothing = { read: [], write: [], hosts: [], sockets: [] };

describe('the flags of approvals allow', () => {
  const rows: readonly [name: string, flags: Partial<AllowFlags>, expected: unknown][] = [
    [
      'always with a line',
      { scope: 'always', rule: 'R' },
      { outcome: 'allowed', scope: 'always', rule: 'R' },
    ],
    ['a text in its place', { edit: 'ls -l' }, { outcome: 'edited', text: 'ls -l' }],
    [
      'a part',
      { scope: 'turn', only: ['read:/a,b,write:/c', 'host:[::1]:443', 'host:example.com', 'socket:/s'] },
      {
        outcome: 'allowed',
        scope: 'turn',
        granted: {
          read: ['/a,b'],
          write: ['/c'],
          hosts: [{ host: '[::1]', port: 443 }, { host: 'example.com' }],
          sockets: ['/s'],
        },
      },
    ],
    ['an empty part', { only: [] }, { outcome: 'allowed', scope: 'once', granted: nothing }],
  ];
  it.each(rows)('%s', (_name, flags, expected) => {
    expect(readAllowAnswer({ scope: 'once', ...flags }, 0, 'x')).toEqual(expected);
  });

  const wrong: readonly [name: string, flags: Partial<AllowFlags>, message: string][] = [
    ['a line without always', { rule: 'R' }, '--rule goes with'],
    ['a text with a scope', { edit: 'ls', scope: 'session' }, '--edit goes with no other'],
    ['a part of no kind', { only: ['/a'] }, '--only takes'],
    ['an unknown scope', { scope: 'forever' }, '--scope must be'],
  ];
  it.each(wrong)('%s is a wrong command line', (_name, flags, message) => {
    expect(() => readAllowAnswer({ scope: 'once', ...flags }, 0, 'x')).toThrow(message);
  });
});

describe('the flags of approvals reject', () => {
  it('say how long', () => {
    expect(readRejectAnswer({ scope: 'once' }, 'x')).toEqual({ outcome: 'rejected' });
    const flags = { scope: 'session', feedback: 'no', stopTurn: true };
    expect(readRejectAnswer(flags, 'x')).toEqual({ outcome: 'rejected', ...flags });
    expect(() => readRejectAnswer({ scope: 'turn' }, 'x')).toThrow('once, session, always');
    expect(() => readRejectAnswer({ scope: 'once', rule: 'R' }, 'x')).toThrow('--rule goes with');
  });
});
