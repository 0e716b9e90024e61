import { describe, expect, it } from 'vitest';
import { renderTimeline } from '../../../src/cli/render-timeline.ts';
import { type Event, EventBody, SessionId } from '../../../src/protocol/index.ts';

const sessionId = SessionId.parse('01900000-0000-7000-8000-000000000001');
const turnId = '01900000-0000-7000-8000-000000000002';
const stepId = 'step-0123456789';
const runId = 'run-0123456789';

function makeEvents(bodies: readonly object[]): Event[] {
  return bodies.map((body, index) => ({
    seq: index + 1,
    at: Date.UTC(2026, 0, 2, 3, 4, 5, index),
    sessionId,
    ...EventBody.parse(body),
  }));
}

const step = {
  type: 'step/proposed',
  index: 0,
  form: 'program',
  text: 'rm -rf \u202edist',
  words: [],
  assignments: [],
  redirects: [],
  wrappers: [],
  source: { start: 0, end: 11 },
  context: {
    isInLoop: false,
    isConditional: false,
    isBackground: false,
    isInSubshell: false,
    isInSubstitution: false,
  },
  stepId,
  turnId,
  kind: 'command',
  cwd: '/w',
  agentName: 'exec',
  isUnforeseen: false,
};

describe('the timeline of a session', () => {
  it('tells steps, verdicts with reasons, questions with ids, answers and outcomes in order', () => {
    const facts = { at: 1, cwd: '/w', home: '/h', paths: [], isTruncated: false, isHeld: true };
    const judged = {
      type: 'step/judged',
      verdict: 'ask',
      category: 'inside',
      reasons: [{ code: 'c', text: 'Because of this.' }],
      risk: null,
      stepId,
      runId,
      facts,
      snapshot: 'd',
    };
    const asked = {
      type: 'approval/asked',
      approvalId: 'cmd-7k3q9d2e',
      kind: 'cmd',
      text: 'rm -rf dist',
      cwd: '/w',
      workspace: '/w',
      category: 'inside',
      reasons: [],
      risk: null,
      grant: { read: [], write: ['/out'], hosts: [], sockets: [] },
      scopes: ['once'],
      digest: 'd',
      askedAt: 1,
      expiresAt: 2,
    };
    const answered = {
      type: 'approval/answered',
      approvalId: 'cmd-7k3q9d2e',
      outcome: 'rejected',
      by: 'cli:1',
      feedback: 'no\x1b',
      requestKey: 'k',
    };
    const finished = {
      type: 'step/finished',
      stepId,
      runId,
      outcome: 'rejected',
      exitCode: 126,
      feedback: 'no',
    };
    const text = renderTimeline(makeEvents([step, judged, asked, answered, finished]));
    expect(text.split('\n')).toEqual([
      '03:04:05.000  command step-0123456789: rm -rf ⟨U+202E⟩dist',
      '03:04:05.001  judged ask (inside, risk not assessed; run-0123456789): rm -rf ⟨U+202E⟩dist',
      '                why: Because of this.',
      '03:04:05.002  ASKED cmd-7k3q9d2e: rm -rf dist',
      '                a yes lets it write /out',
      '03:04:05.003  ANSWERED cmd-7k3q9d2e: rejected by cli:1: no⟨U+001B⟩',
      '03:04:05.004  rejected with status 126 run-0123456789: rm -rf ⟨U+202E⟩dist',
      '                feedback: no',
      '',
    ]);
  });
});
