import { describe, expect, it } from 'vitest';
import {
  coversAccess,
  type GrantQuestion,
  leastGrant,
  matchesGrant,
  offeredScopes,
} from '../../../src/policy/index.ts';
import { type AccessGrant, Grant, type PathFact, riskLevelOf } from '../../../src/protocol/index.ts';

const SESSION = '01890a5d-ac96-774b-bcce-b302099a8057';
const OTHER_SESSION = '01890a5d-ac96-774b-bcce-b302099a8058';
const TURN = '01890a5d-ac96-774b-bcce-b30209900001';
const OTHER_TURN = '01890a5d-ac96-774b-bcce-b30209900002';
const NOW = 1_000_000;

const QUESTION: GrantQuestion = {
  sessionId: SESSION,
  turnId: TURN,
  stepId: 'step-0000000000',
  runId: 'run-0000000000',
  category: 'inside',
  argv: ['npm', 'run', 'build'],
  cwd: '/w',
  risk: null,
};

function makeGrant(changes: object): Grant {
  const base = {
    grantId: 'grant-00000000',
    holder: SESSION,
    kind: 'command',
    command: { match: 'exact', argv: ['npm', 'run', 'build'], cwd: '/w' },
    scope: 'session',
    uses: 0,
    source: { approvalId: 'cmd-00000000', by: 'u' },
  };
  return Grant.parse({ ...base, ...changes });
}

function makeAccess(changes: Partial<AccessGrant> = {}): AccessGrant {
  return { read: [], write: [], hosts: [], sockets: [], ...changes };
}

function makeRisk(score: number) {
  return { score, level: riskLevelOf(score), rationale: '', evidence: [] };
}

const OUT = makeAccess({ write: ['/out/a'] });
const PREFIX = { command: { match: 'prefix', argv: ['npm', 'run'], cwd: '/w' } };

const MATCHES: [title: string, grant: object, question: Partial<GrantQuestion>, expected: boolean][] = [
  ['the same command', {}, {}, true],
  ['one word more under exact', {}, { argv: ['npm', 'run', 'build', '--force'] }, false],
  ['one word more under prefix', PREFIX, {}, true],
  ['another word under prefix', PREFIX, { argv: ['npm', 'publish'] }, false],
  ['a shorter command under prefix', PREFIX, { argv: ['npm'] }, false],
  ['words joined otherwise', {}, { argv: ['npm', 'run build'] }, false],
  ['no words', {}, { argv: undefined }, false],
  ['an empty prefix', { command: { match: 'prefix', argv: [], cwd: '/w' } }, {}, false],
  ['another folder', {}, { cwd: '/w/sub' }, false],
  ['another session', { holder: OTHER_SESSION }, {}, false],
  ['a grant of the user', { holder: 'user', scope: 'always' }, {}, true],
  ['its turn', { scope: 'turn', turnId: TURN }, {}, true],
  ['another turn', { scope: 'turn', turnId: OTHER_TURN }, {}, false],
  ['a turn grant without a turn', { scope: 'turn' }, { turnId: undefined }, false],
  [
    'its step in other words',
    { scope: 'step', stepId: 'step-0000000000', command: undefined },
    { argv: ['x'] },
    true,
  ],
  ['another step', { scope: 'step', stepId: 'step-0000000001' }, {}, false],
  ['its run', { scope: 'once', runId: 'run-0000000000' }, {}, true],
  ['another run', { scope: 'once', runId: 'run-0000000001' }, {}, false],
  ['a session grant without a command', { command: undefined }, {}, false],
  ['before its time is over', { scope: 'until', untilMs: NOW + 1 }, {}, true],
  ['when its time is over', { scope: 'until', untilMs: NOW }, {}, false],
  ['until without a time', { scope: 'until' }, {}, false],
  ['a high risk', {}, { risk: makeRisk(8) }, true],
  ['a critical risk', {}, { risk: makeRisk(9) }, false],
  ['a critical risk in its own run', { scope: 'once', runId: 'run-0000000000' }, { risk: makeRisk(9) }, true],
  ['access it was not given', {}, { category: 'outside', access: OUT }, false],
  ['access it was given', { access: OUT }, { category: 'outside', access: OUT }, true],
  ['an unknown need', {}, { category: 'outside' }, false],
  [
    'access below a granted folder',
    { kind: 'access', access: makeAccess({ write: ['/out'] }) },
    { category: 'blocked', access: OUT },
    true,
  ],
  [
    'access beside a granted folder',
    { kind: 'access', access: makeAccess({ write: ['/ou'] }) },
    { category: 'blocked', access: OUT },
    false,
  ],
  ['a command under an access grant', { kind: 'access', access: OUT }, {}, false],
  [
    'no access under an access grant',
    { kind: 'access', access: OUT },
    { category: 'blocked', access: makeAccess() },
    false,
  ],
];

describe('matchesGrant', () => {
  it.each(MATCHES)('%s', (_title, grant, question, expected) => {
    expect(matchesGrant(makeGrant(grant), { ...QUESTION, ...question }, NOW)).toBe(expected);
  });
});

describe('coversAccess', () => {
  it('lets writing imply reading, and not the other way', () => {
    expect(coversAccess(makeAccess({ write: ['/a'] }), makeAccess({ read: ['/a/b'] }))).toBe(true);
    expect(coversAccess(makeAccess({ read: ['/a'] }), makeAccess({ write: ['/a/b'] }))).toBe(false);
  });

  it('holds hosts to their port, and to any when none was granted', () => {
    const asked = makeAccess({ hosts: [{ host: 'Host.example', port: 443 }] });
    expect(coversAccess(makeAccess({ hosts: [{ host: 'host.example', port: 443 }] }), asked)).toBe(true);
    expect(coversAccess(makeAccess({ hosts: [{ host: 'host.example' }] }), asked)).toBe(true);
    expect(coversAccess(makeAccess({ hosts: [{ host: 'host.example', port: 80 }] }), asked)).toBe(false);
    expect(coversAccess(makeAccess({ hosts: [{ host: 'example' }] }), asked)).toBe(false);
  });
});

describe('offeredScopes', () => {
  it('offers once alone for what is critical', () => {
    expect(offeredScopes({ category: 'risk', risk: makeRisk(9) })).toEqual(['once']);
  });

  it('always offers once', () => {
    for (const score of [0, 3, 8, 10])
      expect(offeredScopes({ category: 'inside', risk: makeRisk(score) })).toContain('once');
    expect(offeredScopes({ category: 'opaque', risk: null })).toEqual(['once', 'step']);
  });
});

const LEAST: [title: string, fact: Partial<PathFact>, path: string | null, isWider: boolean][] = [
  ['an existing file', { real: '/out/a.txt', kind: 'file' }, '/out/a.txt', false],
  ['an existing folder', { real: '/out', kind: 'dir' }, '/out', false],
  ['a file behind a link', { text: 'link', real: '/out/real.txt', kind: 'file' }, '/out/real.txt', false],
  ['a missing file with its whole path', { real: '/out/a.txt', kind: 'missing' }, '/out', true],
  ['a missing file with its nearest folder', { real: '/out', kind: 'missing' }, '/out', true],
  ['a missing name like its folder', { text: '/out/out', real: '/out', kind: 'missing' }, '/out', true],
  ['a file to be removed', { use: 'delete', real: '/out/a.txt', kind: 'file' }, '/out', true],
  ['nothing to be removed', { use: 'delete', real: '/out', kind: 'missing' }, null, false],
  ['an unknown path', { real: null, kind: 'unknown' }, null, false],
  ['a new file at the top', { text: '/a', real: '/a', kind: 'missing' }, null, false],
];

describe('leastGrant', () => {
  it.each(LEAST)('%s', (_title, changes, path, isWider) => {
    const fact: PathFact = { text: '/out/a.txt', use: 'write', real: null, kind: 'file', ...changes };
    const least = leastGrant({ paths: [fact], hosts: [] }, { cwd: '/w', home: '/home/u' });
    expect(least?.grant.write ?? null).toEqual(path === null ? null : [path]);
    expect((least?.notes.length ?? 0) > 0).toBe(isWider);
    for (const note of least?.notes ?? []) expect(note).toContain(path ?? '');
  });

  it('opens the folder of what is there beside a name that is not', () => {
    const gone: PathFact = { text: '/a/b', use: 'delete', real: '/a', kind: 'missing' };
    const file: PathFact = { text: '/out/b', use: 'delete', real: '/out/b', kind: 'file' };
    const least = leastGrant({ paths: [gone, file], hosts: [] }, { cwd: '/w', home: '/h' });
    expect(least?.grant).toEqual({ read: [], write: ['/out'], hosts: [], sockets: [] });
  });

  it('grants nothing when one part cannot be granted', () => {
    const known: PathFact = { text: '/out/a', use: 'write', real: '/out/a', kind: 'file' };
    const unknown: PathFact = { text: 'b', use: 'write', real: null, kind: 'unknown' };
    expect(leastGrant({ paths: [known, unknown], hosts: [] }, { cwd: '/w', home: '/h' })).toBeUndefined();
  });
});
