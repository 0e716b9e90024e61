import {
  createIdMaker,
  type Event,
  type EventBody,
  type Facts,
  type Grant,
  type RunId,
  type SessionId,
  type StepDraft,
  type StepId,
} from '../../../src/protocol/index.ts';

let counter = 0;
/** Ids that differ and are the same in every run of the tests. */
export const ids = createIdMaker(
  () => 1_700_000_000_000,
  (length) => {
    counter++;
    return Uint8Array.from({ length }, (_, i) => (counter >> (5 * (i % 6))) & 31);
  },
);

export const turnId = ids.turn();

export function makeDraft(text: string, index = 0): StepDraft {
  return {
    index,
    form: 'program',
    text,
    words: text.split(' ').map((word) => ({ text: word, value: word })),
    argv: text.split(' '),
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: text.length },
    context: {
      isInLoop: false,
      isConditional: false,
      isBackground: false,
      isInSubshell: false,
      isInSubstitution: false,
    },
  };
}

export const FACTS: Facts = { at: 1, cwd: '/w', home: '/h', paths: [], isTruncated: false, isHeld: true };

type BodyOf<T extends EventBody['type']> = Extract<EventBody, { type: T }>;

export function opened(): EventBody {
  return {
    type: 'session/opened',
    engineId: 'engine-1',
    engineVersion: '0.1.0',
    protocolVersion: 1,
    origin: 'exec',
    agentName: 'script',
    title: 'npm test',
    cwd: '/w/sub',
    workspace: '/w',
    hasTerminal: true,
  };
}

export function proposed(stepId: StepId, text: string): EventBody {
  return {
    type: 'step/proposed',
    ...makeDraft(text),
    stepId,
    turnId,
    kind: 'command',
    cwd: '/w',
    agentName: 'script',
    isUnforeseen: false,
  };
}

export function judged(stepId: StepId, more: Partial<BodyOf<'step/judged'>> = {}): EventBody {
  return {
    type: 'step/judged',
    stepId,
    verdict: 'ask',
    category: 'inside',
    reasons: [{ code: 'untrusted', text: 'Every step is asked.' }],
    risk: null,
    facts: FACTS,
    snapshot: 'digest',
    ...more,
  };
}

export function asked(stepId: StepId, runId: RunId, text: string): BodyOf<'approval/asked'> {
  return {
    type: 'approval/asked',
    approvalId: ids.approval('cmd'),
    stepId,
    runId,
    kind: 'cmd',
    text,
    cwd: '/w',
    workspace: '/w',
    category: 'inside',
    reasons: [],
    risk: null,
    scopes: ['once'],
    digest: 'digest',
    askedAt: 5,
    expiresAt: 10,
  };
}

export function makeGrant(holder: Grant['holder']): Grant {
  return {
    grantId: ids.grant(),
    holder,
    kind: 'command',
    command: { match: 'exact', argv: ['npm', 'test'], cwd: '/w' },
    scope: 'session',
    uses: 1,
    lastUsedAt: 3,
    source: { approvalId: ids.approval('cmd'), by: 'cli' },
  };
}

/** The events of one session, numbered, a hundred milliseconds apart. */
export function makeEvents(sessionId: SessionId, bodies: readonly EventBody[]): Event[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: 1000 + index * 100, sessionId, ...body }));
}
