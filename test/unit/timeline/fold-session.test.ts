import { describe, expect, it } from 'vitest';
import type { EventBody, RunId, StepId } from '../../../src/protocol/index.ts';
import { EMPTY_SESSION, foldSession, type SessionView, type StepRow } from '../../../src/timeline/index.ts';
import { asked, ids, judged, makeEvents, opened, proposed, turnId } from './event-sample.ts';

const session = ids.session();

function fold(bodies: readonly EventBody[]): SessionView {
  return makeEvents(session, [opened(), ...bodies]).reduce(foldSession, EMPTY_SESSION);
}

function stepsOf(view: SessionView): StepRow[] {
  return view.rows.filter((row) => row.kind === 'step');
}

const finished = (
  stepId: StepId,
  runId: RunId,
  more: Partial<Extract<EventBody, { type: 'step/finished' }>>,
): EventBody => ({
  type: 'step/finished',
  stepId,
  runId,
  outcome: 'ran',
  ...more,
});

const install = ids.step();
const remove = ids.step();
const [runOne, runTwo, runThree] = [ids.run(), ids.run(), ids.run()];
const askInstall = asked(install, runOne, 'npm install');
const askRemove = asked(remove, runThree, 'rm -rf dist');

/** Two steps: the first runs twice, asked once; the second is rejected with feedback. */
const STORY: EventBody[] = [
  { type: 'turn/started', turnId },
  proposed(install, 'npm install'),
  judged(install),
  proposed(remove, 'rm -rf dist'),
  judged(remove),
  judged(install, { runId: runOne, argv: ['/usr/bin/npm', 'install'] }),
  askInstall,
  {
    type: 'approval/answered',
    approvalId: askInstall.approvalId,
    outcome: 'allowed',
    by: 'terminal:1',
    scope: 'step',
    requestKey: 'a',
  },
  { type: 'step/started', stepId: install, runId: runOne },
  finished(install, runOne, { exitCode: 0 }),
  judged(install, { runId: runTwo, verdict: 'allow', category: 'grant' }),
  { type: 'step/started', stepId: install, runId: runTwo },
  finished(install, runTwo, { signal: 'SIGTERM' }),
  judged(remove, { runId: runThree }),
  askRemove,
  {
    type: 'approval/answered',
    approvalId: askRemove.approvalId,
    outcome: 'rejected',
    by: 'cli',
    feedback: 'keep it',
    requestKey: 'b',
  },
  finished(remove, runThree, { outcome: 'rejected', exitCode: 126, feedback: 'keep it' }),
  { type: 'wall/denied', stepId: remove, op: 'write', path: '/etc/x', rule: 'quiet list' },
  { type: 'turn/ended', turnId, outcome: 'finished' },
  { type: 'session/closed', reason: 'finished' },
];

describe('foldSession', () => {
  it('tells a whole session', () => {
    const view = fold(STORY);
    expect(view).toMatchObject({
      sessionId: session,
      title: 'npm test',
      cwd: '/w/sub',
      workspace: '/w',
      state: 'closed',
      closeReason: 'finished',
      openedAt: 1000,
      closedAt: 3000,
      lastSeq: 21,
      counts: { steps: 2, runs: 3, asked: 2, openApprovals: 0, allowed: 1, rejected: 1, refused: 0 },
    });
    expect(stepsOf(view)).toMatchObject([
      {
        stepId: install,
        preview: { verdict: 'ask' },
        denials: [],
        runs: [
          {
            runId: runOne,
            argv: ['/usr/bin/npm', 'install'],
            approvals: [
              { text: 'npm install', outcome: 'allowed', by: 'terminal:1', scope: 'step', settledAt: 1800 },
            ],
            startedAt: 1900,
            finishedAt: 2000,
            outcome: 'ran',
            exitCode: 0,
          },
          {
            runId: runTwo,
            judgement: { category: 'grant' },
            approvals: [],
            outcome: 'ran',
            signal: 'SIGTERM',
          },
        ],
      },
      {
        stepId: remove,
        denials: [{ path: '/etc/x' }],
        runs: [
          {
            runId: runThree,
            outcome: 'rejected',
            feedback: 'keep it',
            approvals: [{ outcome: 'rejected', by: 'cli' }],
          },
        ],
      },
    ]);
    expect(view.rows.map((row) => row.kind)).toEqual(['step', 'step', 'note']);
  });

  it('is the same whether folded at once or in two parts, and leaves earlier views alone', () => {
    const events = makeEvents(session, [opened(), ...STORY]);
    const whole = fold(STORY);
    for (let cut = 0; cut <= events.length; cut++) {
      const before = events.slice(0, cut).reduce(foldSession, EMPTY_SESSION);
      const copy = structuredClone(before);
      expect(events.slice(cut).reduce(foldSession, before)).toEqual(whole);
      expect(before).toEqual(copy);
    }
  });

  it.each<[string, EventBody, object]>([
    [
      'withdrawn',
      { type: 'approval/withdrawn', approvalId: askInstall.approvalId, reason: 'asker gone' },
      { outcome: 'withdrawn', by: 'asker gone' },
    ],
    ['expired', { type: 'approval/expired', approvalId: askInstall.approvalId }, { outcome: 'expired' }],
  ])('a question that was %s', (_name, body, expected) => {
    const view = fold([...STORY.slice(0, 7), body]);
    expect(stepsOf(view)[0]?.runs[0]?.approvals).toMatchObject([expected]);
    expect(view.counts).toMatchObject({ asked: 1, openApprovals: 0, allowed: 0, rejected: 0 });
  });

  it('an open question, a running step', () => {
    const view = fold(STORY.slice(0, 7));
    expect(view.counts.openApprovals).toBe(1);
    expect(view.state).toBe('open');
    const run = stepsOf(fold(STORY.slice(0, 9)))[0]?.runs[0];
    expect([run?.startedAt, run?.outcome]).toEqual([1900, undefined]);
  });

  it('counts refusals, and a session whose engine died', () => {
    const view = fold([
      proposed(remove, 'rm -rf /'),
      judged(remove, { verdict: 'refuse' }),
      judged(remove, { runId: runThree, verdict: 'refuse' }),
      finished(remove, runThree, { outcome: 'refused', exitCode: 126 }),
      { type: 'session/lost', engineId: 'engine-1' },
    ]);
    expect(view.counts).toMatchObject({ steps: 1, runs: 1, refused: 1 });
    expect(view.state).toBe('lost');
  });

  it('keeps what belongs to no step as a note in its place, and passes over what it cannot place', () => {
    const view = fold([
      { type: 'message/added', turnId, role: 'agent', text: 'hello' },
      proposed(install, 'npm install'),
      { type: 'wall/denied', op: 'connect', host: 'a.example', rule: 'no network' },
      finished(remove, runThree, {}),
      judged(remove, { runId: runThree }),
    ]);
    expect(view.rows.map((row) => (row.kind === 'note' ? row.event.type : row.step.text))).toEqual([
      'message/added',
      'npm install',
      'wall/denied',
    ]);
    expect(view.counts.runs).toBe(0);
  });

  it('is paused until it is resumed or has ended', () => {
    const paused: EventBody = { type: 'session/paused', by: 'page' };
    expect(fold([]).isPaused).toBe(false);
    expect(fold([paused]).isPaused).toBe(true);
    expect(fold([paused, { type: 'session/resumed', by: 'cli' }]).isPaused).toBe(false);
    expect(fold([paused, { type: 'session/closed', reason: 'finished' }]).isPaused).toBe(false);
    expect(fold([paused, { type: 'session/lost', engineId: 'e' }]).isPaused).toBe(false);
  });
});
