import { describe, expect, it } from 'vitest';
import type { EventBody, SessionHead } from '../../../src/protocol/index.ts';
import { EMPTY_HEAD, foldHead } from '../../../src/timeline/index.ts';
import { asked, ids, judged, makeEvents, opened, proposed, turnId } from './event-sample.ts';

const session = ids.session();
const root = ids.step();
const step = ids.step();
const [rootRun, run, second] = [ids.run(), ids.run(), ids.run()];

function headAfter(...bodies: EventBody[]): SessionHead {
  const { head } = makeEvents(session, [opened(), ...bodies]).reduce(foldHead, EMPTY_HEAD);
  if (head === undefined) throw new Error('the session was opened');
  return head;
}

const script: EventBody[] = [
  { type: 'turn/started', turnId },
  { ...proposed(root, '#!/bin/sh\n\n  make all  \nrest'), kind: 'script' } as EventBody,
  { ...proposed(step, 'make all'), parentId: root } as EventBody,
];
const ended: EventBody = { type: 'turn/ended', turnId, outcome: 'finished' };
const finished = (more: Partial<Extract<EventBody, { type: 'step/finished' }>>): EventBody => ({
  type: 'step/finished',
  stepId: root,
  runId: rootRun,
  outcome: 'ran',
  ...more,
});

const OUTCOMES: readonly (readonly [Partial<Extract<EventBody, { type: 'step/finished' }>>, string])[] = [
  [{ exitCode: 0 }, 'ok'],
  [{ exitCode: 1 }, 'failed'],
  [{ exitCode: 137, signal: 'SIGKILL' }, 'stopped'],
  [{ outcome: 'cancelled', exitCode: 143 }, 'stopped'],
  [{ outcome: 'lost' }, 'stopped'],
  [{ outcome: 'refused' }, 'failed'],
];

describe('the head of a session', () => {
  it('is there from its opening on', () => {
    expect(foldHead(EMPTY_HEAD, makeEvents(session, [ended])[0] as never).head).toBeUndefined();
    expect(headAfter()).toMatchObject({
      title: 'npm test',
      state: 'open',
      lastSeq: 1,
      lastAt: 1000,
      outcome: 'none',
    });
  });

  it('tells what runs, and then what ran', () => {
    expect(headAfter(...script)).toMatchObject({ isWorking: true, activity: 'make all' });
    const judgement = judged(step, { runId: run, argv: ['cc', '-c', 'a b.c'] });
    expect(headAfter(...script, judgement)).toMatchObject({ isWorking: true, activity: "cc -c 'a b.c'" });
    expect(headAfter(...script, judgement, ended)).toMatchObject({ isWorking: false, activity: 'make all' });
    const refused = judged(step, { runId: run, verdict: 'refuse', argv: ['rm'] });
    expect(headAfter(...script, refused).activity).toBe('make all');
  });

  it('takes a program that is run as it was typed for what its turn runs', () => {
    const program: EventBody[] = [
      { type: 'turn/started', turnId },
      proposed(root, 'make all'),
      { ...proposed(step, 'make all'), parentId: root } as EventBody,
    ];
    expect(headAfter(...program)).toMatchObject({ isWorking: true, activity: 'make all' });
    expect(headAfter(...program, finished({ exitCode: 3 }))).toMatchObject({ outcome: 'failed' });
  });

  it.each(OUTCOMES)('tells how the script ended: %o is %s', (end, outcome) => {
    expect(headAfter(...script, finished({ stepId: step, exitCode: 9 })).outcome).toBe('none');
    expect(headAfter(...script, finished(end)).outcome).toBe(outcome);
  });

  it('is not misled by a write that the script itself asked for', () => {
    const call = [judged(root, { runId: run }), finished({ runId: run, outcome: 'rejected' })];
    expect(headAfter(...script, ...call).outcome).toBe('none');
    expect(headAfter(...script, finished({ exitCode: 0 }), ...call).outcome).toBe('ok');
  });

  it('counts what is open, and tells the worst of it', () => {
    const risk = (score: number, level: 'low' | 'high') => ({ score, level, rationale: '', evidence: [] });
    const [none, low, high] = [
      asked(step, run, 'a'),
      { ...asked(step, run, 'b'), risk: risk(0, 'low') },
      { ...asked(step, second, 'c'), risk: risk(7, 'high') },
    ];
    expect(headAfter()).not.toHaveProperty('openRisk');
    expect(headAfter(none)).toMatchObject({ openApprovals: 1, openRisk: null });
    expect(headAfter(none, low).openRisk).toEqual({ score: 0, level: 'low' });
    expect(headAfter(high, none, low)).toMatchObject({
      openApprovals: 3,
      openRisk: { score: 7, level: 'high' },
    });
    const settled: EventBody = { type: 'approval/expired', approvalId: high.approvalId };
    expect(headAfter(high, none, low, settled)).toMatchObject({ openApprovals: 2, openRisk: { score: 0 } });
    const after = headAfter(high, { type: 'session/lost', engineId: 'e' });
    expect(after).toMatchObject({ openApprovals: 0, state: 'lost', closedAt: 1200, isWorking: false });
    expect(after).not.toHaveProperty('openRisk');
  });

  it('tells whether it is paused', () => {
    const paused: EventBody = { type: 'session/paused', by: 'page' };
    expect(headAfter(paused).isPaused).toBe(true);
    expect(headAfter(paused, { type: 'session/resumed', by: 'cli' }).isPaused).toBe(false);
    expect(headAfter(paused, { type: 'session/closed', reason: 'finished' }).isPaused).toBe(false);
  });
});
