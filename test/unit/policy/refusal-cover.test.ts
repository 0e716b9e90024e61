import { describe, expect, it } from 'vitest';
import { findCover, matchesGrant, matchesRefusal } from '../../../src/policy/index.ts';
import { type AccessGrant, Grant } from '../../../src/protocol/index.ts';

const SESSION = '01890a5d-ac96-774b-bcce-b302099a8057';

function access(changes: Partial<AccessGrant>): AccessGrant {
  return { read: [], write: [], hosts: [], sockets: [], ...changes };
}

function makeGrant(changes: object): Grant {
  const source = { approvalId: 'cmd-00000000', by: 'u' };
  const base = {
    grantId: 'grant-00000000',
    holder: SESSION,
    kind: 'access',
    scope: 'session',
    uses: 0,
    source,
  };
  return Grant.parse({ ...base, ...changes });
}

const command = { match: 'exact', argv: ['cp', 'a', 'b'], cwd: '/w' };
const host = { host: 'example.com', port: 443 };
const host80 = { host: 'example.com', port: 80 };

describe('a rejection for the session', () => {
  const rows: readonly [name: string, refusal: object, asked: object, expected: boolean][] = [
    ['the same words', { command }, { argv: ['cp', 'a', 'b'] }, true],
    ['other words', { command }, { argv: ['cp', 'a', 'c'] }, false],
    ['one word more', { command }, { argv: ['cp', 'a', 'b', 'c'] }, false],
    ['another folder', { command }, { argv: ['cp', 'a', 'b'], cwd: '/v' }, false],
    ['words that are not known', { command }, {}, false],
    ['the same path', { access: access({ write: ['/o/a'] }) }, { access: access({ write: ['/o/a'] }) }, true],
    [
      'one of two paths',
      { access: access({ write: ['/o/a'] }) },
      { access: access({ write: ['/b', '/o/a'] }) },
      true,
    ],
    ['a path below', { access: access({ write: ['/o'] }) }, { access: access({ write: ['/o/a'] }) }, false],
    ['the same host', { access: access({ hosts: [host] }) }, { access: access({ hosts: [host] }) }, true],
    ['another port', { access: access({ hosts: [host] }) }, { access: access({ hosts: [host80] }) }, false],
    [
      'the same socket',
      { access: access({ sockets: ['/s'] }) },
      { access: access({ sockets: ['/s'] }) },
      true,
    ],
  ];
  it.each(rows)('%s', (_name, refusal, asked, expected) => {
    expect(matchesRefusal(makeGrant({ refuses: true, ...refusal }), { cwd: '/w', ...asked })).toBe(expected);
  });

  it('never answers as a yes, and a yes never as a rejection', () => {
    const question = {
      sessionId: SESSION,
      category: 'inside' as const,
      argv: command.argv,
      cwd: '/w',
      risk: null,
    };
    const yes = makeGrant({ kind: 'command', command });
    expect(matchesGrant(yes, question, 0)).toBe(true);
    expect(matchesGrant({ ...yes, refuses: true }, question, 0)).toBe(false);
    expect(matchesRefusal(yes, question)).toBe(false);
  });
});

describe('a grant is redundant', () => {
  const wide = makeGrant({ grantId: 'grant-11111111', access: access({ write: ['/o'] }) });
  const rows: readonly [name: string, grant: object, others: Grant[], expected: string | undefined][] = [
    ['below another', { access: access({ write: ['/o/a'] }) }, [wide], wide.grantId],
    ['beside another', { access: access({ write: ['/p'] }) }, [wide], undefined],
    [
      'longer than the other',
      { access: access({ write: ['/o/a'] }) },
      [{ ...wide, scope: 'turn' }],
      undefined,
    ],
    ['of a command', { kind: 'command', command, access: access({ write: ['/o/a'] }) }, [wide], undefined],
    ['a rejection', { refuses: true, access: access({ write: ['/o/a'] }) }, [wide], undefined],
    [
      'the other a rejection',
      { access: access({ write: ['/o/a'] }) },
      [{ ...wide, refuses: true }],
      undefined,
    ],
  ];
  it.each(rows)('%s: %s', (_name, changes, others, expected) => {
    const grant = makeGrant(changes);
    expect(findCover(grant, [...others, grant], undefined)).toBe(expected);
  });

  it('of two alike only the later one', () => {
    const twin = { ...wide, grantId: makeGrant({ grantId: 'grant-22222222' }).grantId };
    expect(findCover(wide, [wide, twin], undefined)).toBeUndefined();
    expect(findCover(twin, [wide, twin], undefined)).toBe(wide.grantId);
  });
});
