import { describe, expect, it } from 'vitest';
import type { LiveView } from '../../../src/client/index.ts';
import { findFlood } from '../../../src/ui/inbox/find-flood.ts';
import { type InboxInput, listItems } from '../../../src/ui/inbox/list-items.ts';
import { headOf, idOf, NOW, requestOf, sessionOf } from './inbox-requests.ts';

function inputOf(parts: Partial<InboxInput>): InboxInput {
  return {
    approvals: [],
    settled: [],
    sessions: [headOf(1), headOf(2), headOf(3)],
    nowMs: NOW,
    grouping: 'session',
    level: 'all',
    words: '',
    snoozedUntil: new Map(),
    unfolded: new Set(),
    ...parts,
  };
}

/** Heads as `# title`, requests by number, floods as `flood ×n`. */
function shownOf(parts: Partial<InboxInput>): string[] {
  return listItems(inputOf(parts)).map((item) => {
    if (item.kind === 'head') return `# ${item.title}`;
    if (item.kind === 'flood') return `flood ×${item.flood.approvals.length}`;
    const mark = item.settled === undefined ? '' : ` ${item.settled.outcome}`;
    return `${Number(item.key.slice(-8))}${mark}`;
  });
}

const settledOf = (number: number, agoMs: number, outcome: 'withdrawn' | 'allowed' = 'withdrawn') => ({
  approvalId: idOf(number),
  sessionId: sessionOf(1),
  outcome,
  settledAt: NOW - agoMs,
  approval: requestOf(number),
});

describe('order of the inbox', () => {
  it('puts the worst session first, in it the worst request, of equal ones the oldest', () => {
    const approvals = [
      requestOf(1, { session: 1, score: 3, ageMs: 10_000 }),
      requestOf(2, { session: 2, score: 9, ageMs: 50_000 }),
      requestOf(3, { session: 1, score: 7, ageMs: 90_000 }),
      requestOf(4, { session: 1, score: 7, ageMs: 190_000 }),
    ];
    expect(shownOf({ approvals })).toEqual(['# project-2', '2', '# project-1', '4', '3', '1']);
  });

  it('puts what is not reviewed between medium and low', () => {
    const approvals = [
      requestOf(1, { score: 2 }),
      requestOf(2, { score: null, ageMs: 90_000 }),
      requestOf(3, { score: 3, ageMs: 120_000 }),
    ];
    expect(shownOf({ approvals })).toEqual(['# project-1', '3', '2', '1']);
  });

  it('groups by same action over sessions', () => {
    const same = { kind: 'net', text: 'cdn.example.org:443' } as const;
    const approvals = [
      requestOf(1, { session: 1, ...same }),
      requestOf(2, { session: 2, ...same, ageMs: 90_000 }),
      requestOf(3, { session: 2, kind: 'net', text: 'other.example.org:443' }),
    ];
    expect(shownOf({ approvals, grouping: 'action' })).toEqual([
      '# cdn.example.org:443',
      '2',
      '1',
      '# other.example.org:443',
      '3',
    ]);
  });

  it('counts what waits in the head of a group, not what is settled', () => {
    const items = listItems(inputOf({ approvals: [requestOf(1)], settled: [settledOf(2, 1000)] }));
    expect(items[0]).toMatchObject({
      kind: 'head',
      waiting: 1,
      oldestAt: NOW - 60_000,
      agentName: 'agent-1',
    });
    expect(items).toHaveLength(3);
  });
});

describe('who asks', () => {
  it.each([
    ['exec', true],
    ['page', true],
    ['demo', true],
    ['check', true],
    ['mcp', false],
    ['hook', false],
  ])('in a session of origin %s is a script: %s', (origin, isOfScript) => {
    const items = listItems(inputOf({ approvals: [requestOf(1)], sessions: [{ ...headOf(1), origin }] }));
    expect(items[1]).toMatchObject({ kind: 'request', isOfScript });
  });
});

describe('what is settled', () => {
  it.each([
    [1000, ['# project-1', '5 withdrawn']],
    [29_999, ['# project-1', '5 withdrawn']],
    [30_000, []],
  ])('stays for 30 s: %i ms ago', (agoMs, shown) => {
    expect(shownOf({ settled: [settledOf(5, agoMs)] })).toEqual(shown);
  });

  it('is left out where nobody knows what it asked, and while it still waits', () => {
    const { approval, ...unseen } = settledOf(5, 1000);
    expect(shownOf({ settled: [unseen] as LiveView['settled'] })).toEqual([]);
    expect(shownOf({ approvals: [approval], settled: [settledOf(5, 1000)] })).toEqual(['# project-1', '5']);
  });
});

describe('snooze', () => {
  const approvals = [requestOf(1, { score: 9 }), requestOf(2, { score: 1, session: 2 })];
  it('moves a request to the end until its time is over', () => {
    const until = (ms: number) => new Map([[idOf(1), NOW + ms]]);
    expect(shownOf({ approvals, snoozedUntil: until(1) })).toEqual(['# project-2', '2', '# Snoozed', '1']);
    expect(shownOf({ approvals, snoozedUntil: until(0) })).toEqual(['# project-1', '1', '# project-2', '2']);
  });
});

describe('filter', () => {
  const approvals = [
    requestOf(1, { score: 9, text: 'rm -rf data/' }),
    requestOf(2, { score: null, text: 'npm test' }),
    requestOf(3, { score: 2, text: 'npm run build', session: 2 }),
  ];
  it.each<[Partial<InboxInput>, string[]]>([
    [{ level: 'critical' }, ['# project-1', '1']],
    [{ level: 'not-reviewed' }, ['# project-1', '2']],
    [{ words: 'NPM' }, ['# project-1', '2', '# project-2', '3']],
    [{ words: 'npm  build' }, ['# project-2', '3']],
    [{ words: 'agent-2' }, ['# project-2', '3']],
    [{ words: 'cmd-00000001' }, ['# project-1', '1']],
    [{ words: 'nowhere' }, []],
  ])('%j', (filter, shown) => {
    expect(shownOf({ approvals, ...filter })).toEqual(shown);
  });
});

describe('flood', () => {
  const burst = (count: number, everyMs: number) =>
    Array.from({ length: count }, (_, index) => requestOf(100 + index, { ageMs: 20_000 + index * everyMs }));

  it.each([
    ['3 at once', burst(3, 0), 0],
    ['4 at once', burst(4, 0), 4],
    ['4 in 10 s', burst(4, 3333), 4],
    ['4 in more than 10 s', burst(4, 3400), 0],
    ['a long row of them', burst(30, 2000), 30],
  ])('%s', (_name, approvals, flooded) => {
    expect(findFlood(approvals)?.approvals.length ?? 0).toBe(flooded);
  });

  it('is one line for its session, above what is no part of it; other sessions stay', () => {
    const approvals = [...burst(18, 500), requestOf(1, { ageMs: 900_000 }), requestOf(2, { session: 2 })];
    expect(shownOf({ approvals })).toEqual(['# project-1', 'flood ×18', '1', '# project-2', '2']);
  });

  it('loses none: what is opened one by one is all there', () => {
    const approvals = burst(18, 500);
    const unfolded = new Set(approvals.map(({ approvalId }) => approvalId));
    expect(shownOf({ approvals, unfolded })).toHaveLength(19);
  });

  it('folds nothing away from somebody who filters or groups by action', () => {
    const approvals = burst(18, 500);
    expect(shownOf({ approvals, words: 'run' })).toHaveLength(19);
    expect(shownOf({ approvals, grouping: 'action' })).toHaveLength(36);
  });

  it('names its actions with their number and their worst risk, and the worst of all', () => {
    const text = 'npx eslint --fix src/*';
    const approvals = [
      requestOf(1, { text, score: 3 }),
      requestOf(2, { text: `  ${text}`, score: 5 }),
      requestOf(3, { text, score: 1 }),
      requestOf(4, { kind: 'edit', text: '.husky/pre-commit', score: 6 }),
    ];
    const flood = findFlood(approvals);
    expect(flood?.lines.map(({ count, approval }) => [count, approval.risk?.score])).toEqual([
      [3, 5],
      [1, 6],
    ]);
    expect(flood?.approvals[0]?.risk?.level).toBe('high');
  });
});
