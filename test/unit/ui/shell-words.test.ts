import { describe, expect, it } from 'vitest';
import type { Connection, LiveView } from '../../../src/client/index.ts';
import type { EngineAbout } from '../../../src/protocol/index.ts';
import { folderNameOf } from '../../../src/ui/local/folder-name.ts';
import { findOldest } from '../../../src/ui/local/order-approvals.ts';
import { findNews, tellAsked, tellSettled } from '../../../src/ui/shell/announcements.ts';
import { chooseHome } from '../../../src/ui/shell/choose-home.ts';
import { describeConnection, describeUnknown } from '../../../src/ui/shell/describe-connection.ts';
import { isKnown } from '../../../src/ui/shell/use-is-known.ts';
import { headOf, idOf, NOW, requestOf, sessionOf } from './inbox-requests.ts';

const ABOUT: EngineAbout = {
  version: '0.1.0',
  engineId: 'engine',
  pid: 1,
  platform: 'linux',
  wall: 'bubblewrap',
  wallVersion: 'bubblewrap 0.11.0',
  gate: 'kernel',
  home: '/home/ada',
  hasHistory: true,
};

describe('strip of a lost engine', () => {
  const lost = (leftMs: number): Connection => ({
    state: 'lost',
    since: NOW - 9000,
    attempt: 3,
    retryAt: NOW + leftMs,
    wasReady: true,
  });
  it.each<[Connection, string | undefined, string]>([
    [{ state: 'ready' }, undefined, ''],
    [{ state: 'connecting' }, undefined, ''],
    [lost(3200), 'retry', 'trying again in 4 s, attempt 3'],
    [lost(0), 'retry', 'trying again now, attempt 3'],
    [{ state: 'refused', reason: 'signed-out', message: 'no' }, 'none', ''],
    [{ state: 'refused', reason: 'version', message: 'The engine is newer.' }, 'reload', ''],
  ])('%j', (connection, action, progress) => {
    const words = describeConnection(connection, NOW);
    expect(words?.action).toBe(action);
    expect(words?.progress ?? '').toBe(progress);
  });

  it('tells what to type where the page is not signed in, and why where versions differ', () => {
    const signedOut = describeConnection({ state: 'refused', reason: 'signed-out', message: 'no' }, NOW);
    expect(signedOut?.title).toBe('This page is not signed in.');
    expect(signedOut?.commands).toEqual(['npx sallyport --no-open']);
    const version = describeConnection(
      { state: 'refused', reason: 'version', message: 'The engine is newer.' },
      NOW,
    );
    expect(version?.text).toBe('The engine is newer.');
  });
});

describe('a page that was told nothing', () => {
  it.each<[Connection, RegExp, string | undefined]>([
    [{ state: 'connecting' }, /^Waiting for the engine\.$/, undefined],
    [
      { state: 'refused', reason: 'signed-out', message: 'no' },
      /sign this page in/,
      'npx sallyport --no-open',
    ],
    [{ state: 'refused', reason: 'version', message: 'Load it again.' }, /^Load it again\.$/, undefined],
    [
      { state: 'lost', since: NOW, attempt: 1, retryAt: NOW, wasReady: false },
      /^No engine answers\./,
      'npx sallyport --no-open',
    ],
  ])('%j: says what to do, and claims nothing', (connection, text, command) => {
    const words = describeUnknown(connection);
    expect(words.text).toMatch(text);
    expect(words.command).toBe(command);
    expect(isKnown({ about: undefined, connection })).toBe(false);
  });

  it.each<[Connection, boolean]>([
    [{ state: 'ready' }, true],
    [{ state: 'lost', since: NOW, attempt: 1, retryAt: NOW, wasReady: true }, true],
    [{ state: 'refused', reason: 'signed-out', message: 'no' }, false],
  ])('what it was told before holds in %j: %s', (connection, known) => {
    expect(isKnown({ about: ABOUT, connection })).toBe(known);
  });
});

describe('where a page begins', () => {
  const view = (parts: Partial<LiveView>) => ({ about: ABOUT, sessions: [], approvals: [], ...parts });
  it.each<[string, Parameters<typeof chooseHome>[0], ReturnType<typeof chooseHome>]>([
    ['nothing known', view({ about: undefined }), undefined],
    ['first run', view({ about: { ...ABOUT, hasHistory: false } }), { screen: 'welcome' }],
    ['something waits', view({ approvals: [requestOf(1)], sessions: [headOf(1)] }), { screen: 'inbox' }],
    ['sessions', view({ sessions: [headOf(2), headOf(1)] }), { screen: 'session', sessionId: sessionOf(2) }],
    [
      'sessions on a first run',
      view({ about: { ...ABOUT, hasHistory: false }, sessions: [headOf(1)] }),
      { screen: 'session', sessionId: sessionOf(1) },
    ],
    ['used before, empty now', view({}), 'empty'],
  ])('%s', (_name, seen, home) => {
    expect(chooseHome(seen)).toEqual(home);
  });
});

describe('announcements', () => {
  const settled = {
    approvalId: idOf(1),
    sessionId: sessionOf(1),
    outcome: 'rejected',
    by: 'terminal',
    settledAt: NOW,
    approval: requestOf(1, { text: 'rm -rf data/' }),
  } as const;

  it('are one sentence however many there are', () => {
    const one = requestOf(1, { text: 'rm -rf data/', score: 7 });
    expect(tellAsked([one])).toBe('project-1 asks: rm -rf data/, high 7.');
    expect(tellAsked([requestOf(2), one, requestOf(3)])).toBe(
      '3 new requests, highest is high 7 from project-1.',
    );
    expect(tellAsked([requestOf(2, { score: null })])).toContain('not reviewed');
    expect(tellSettled([settled])).toBe('rm -rf data/: rejected by you in the terminal.');
    expect(tellSettled([{ ...settled, outcome: 'allowed', by: 'page' }])).toBe(
      'rm -rf data/: allowed by you in a window.',
    );
    expect(tellSettled([{ ...settled, outcome: 'withdrawn', by: 'the engine ended' }])).toBe(
      'rm -rf data/: withdrawn.',
    );
    expect(tellSettled([settled, settled])).toBe('2 requests are settled.');
  });

  it('speak no control characters and no endless text', () => {
    const told = tellAsked([requestOf(1, { text: `\u001b[2J\u202e${'x'.repeat(5000)}` })]);
    expect(told).toContain('⟨U+001B⟩');
    expect(told).not.toMatch(/[\u001b\u202e]/);
    expect(told.length).toBeLessThan(400);
  });

  it('are about what came since, and silent about what was there at the start', () => {
    const before = { about: ABOUT, approvals: [requestOf(1)], settled: [] };
    const now = { approvals: [requestOf(1), requestOf(2)], settled: [settled] };
    expect(findNews(before, now)).toEqual({ asked: [requestOf(2)], settled: [settled] });
    expect(findNews({ ...before, about: undefined }, now)).toEqual({ asked: [], settled: [] });
  });
});

describe('the request that has waited longest', () => {
  const approvals = [requestOf(1, { ageMs: 10 }), requestOf(2, { ageMs: 30 }), requestOf(3, { ageMs: 20 })];
  it.each<[number[], number]>([
    [[], 2],
    [[2], 3],
    [[1, 2, 3], 2],
  ])('with %j snoozed is %i', (snoozed, oldest) => {
    const until = new Map(snoozed.map((number) => [idOf(number), NOW + 1000]));
    expect(findOldest(approvals, until, NOW)?.approvalId).toBe(idOf(oldest));
  });

  it('is none where none waits', () => {
    expect(findOldest([], new Map(), NOW)).toBeUndefined();
  });
});

it.each([
  ['/home/ada/work/payments-api', 'payments-api'],
  ['/home/ada/work/payments-api/', 'payments-api'],
  ['C:\\work\\infra', 'infra'],
  ['/', '/'],
  ['', ''],
])('the folder of %j is called %j', (path, name) => {
  expect(folderNameOf(path)).toBe(name);
});
