import type { EventBody, Risk, TimelineRow } from '../../../src/protocol/index.ts';
import { asked, FACTS, ids, judged, makeGrant, opened, proposed, turnId } from '../../unit/timeline/event-sample.ts';

export interface RowCase {
  readonly what: string;
  readonly bodies: readonly EventBody[];
  /** The rows behind those of the opening and the script. */
  readonly rows: readonly Partial<TimelineRow>[];
}

const root = ids.step();
const step = ids.step();
const other = ids.step();
const run = ids.run();
const second = ids.run();
const rootRun = ids.run();
const question = asked(step, run, 'rm -rf data');
const late = asked(step, run, 'write /etc/x   (by rm -rf data)');
const { approvalId } = question;

/** What every case begins with: a session, and a script of two steps. */
export const OPENING: readonly EventBody[] = [
  opened(),
  { type: 'turn/started', turnId },
  { ...proposed(root, 'rm -rf data\nls "$dir"'), kind: 'script' } as EventBody,
  { ...proposed(step, 'rm -rf data'), parentId: root } as EventBody,
  { ...proposed(other, 'ls "$dir"'), parentId: root, argv: undefined } as EventBody,
  judged(step),
  judged(other),
];
export const OPENING_ROWS: readonly Partial<TimelineRow>[] = [
  { kind: 'note', text: 'session opened', note: 'exec in /w', outcome: 'none' },
  { kind: 'turn', text: 'rm -rf data\nls "$dir"', note: '2 steps · script', stepId: root },
];

const RISK: Risk = { score: 7, level: 'high', rationale: 'It deletes.', evidence: [] };
const ask = judged(step, {
  runId: run,
  risk: RISK,
  reasons: [
    { code: 'a', text: 'First.' },
    { code: 'b', text: 'It deletes a folder.' },
  ],
});
const askBody: EventBody = { ...question, risk: RISK };
const answered = (outcome: 'allowed' | 'rejected', more = {}): EventBody => ({
  type: 'approval/answered',
  approvalId,
  outcome,
  by: 'page',
  requestKey: 'k',
  ...more,
});
const started: EventBody = { type: 'step/started', stepId: step, runId: run };
const finished = (outcome: 'ran' | 'rejected' | 'refused' | 'lost' | 'expired', more = {}): EventBody => ({
  type: 'step/finished',
  stepId: step,
  runId: run,
  outcome,
  ...more,
});
const stream = (totalBytes: number) => ({ sha256: '', storedBytes: totalBytes, totalBytes });
const grant = makeGrant(ids.session());
const call = { ...FACTS, paths: [{ text: '/etc/x', use: 'write', real: '/etc/x', kind: 'file' }] } as typeof FACTS;
const callRow = { runId: run, facts: call, category: 'blocked' } as const;

export const ROW_CASES: readonly RowCase[] = [
  { what: 'planned steps have no row', bodies: [], rows: [] },
  {
    what: 'a question lives in the row of its run, with risk and reason',
    bodies: [ask, askBody],
    rows: [
      {
        kind: 'command',
        text: 'rm -rf data',
        outcome: 'waiting',
        approvalId,
        runId: run,
        stepId: step,
        risk: { score: 7, level: 'high' },
      },
    ],
  },
  {
    what: 'a run keeps question, risk and answer when it has ended',
    bodies: [ask, askBody, answered('allowed', { scope: 'once' }), started, finished('ran', { exitCode: 1 })],
    rows: [
      {
        kind: 'command',
        outcome: 'ran',
        exitCode: 1,
        approvalId,
        scope: 'once',
        by: 'page',
        risk: { score: 7, level: 'high' },
        startedAt: 2000,
        endedAt: 2100,
      },
    ],
  },
  {
    what: 'a rejection keeps its feedback',
    bodies: [
      ask,
      askBody,
      answered('rejected', { feedback: 'use trash' }),
      finished('rejected', { feedback: 'use trash' }),
    ],
    rows: [{ outcome: 'rejected', feedback: 'use trash', by: 'page' }],
  },
  {
    what: 'what nobody answered has expired',
    bodies: [ask, askBody, { type: 'approval/expired', approvalId }, finished('expired')],
    rows: [{ outcome: 'expired', approvalId }],
  },
  {
    what: 'a withdrawn question says why',
    bodies: [ask, askBody, { type: 'approval/withdrawn', approvalId, reason: 'the asking program is gone' }],
    rows: [{ outcome: 'withdrawn', note: 'the asking program is gone' }],
  },
  {
    what: 'a question that a new rule answers stays one row, which says what decided',
    bodies: [
      ask,
      askBody,
      answered('allowed', { by: 'rule', feedback: 'The rule at a:1 allows it.' }),
      judged(step, { runId: run, verdict: 'allow', reasons: [{ code: 'rule-allow', text: 'A rule.' }] }),
      started,
      finished('ran', { exitCode: 0 }),
    ],
    rows: [{ outcome: 'ran', by: 'rule', note: 'A rule.', approvalId }],
  },
  {
    what: 'a question that a new rule refuses stays one row',
    bodies: [
      ask,
      askBody,
      { type: 'approval/withdrawn', approvalId, reason: 'refused now: a rule' },
      judged(step, { runId: run, verdict: 'refuse' }),
      finished('refused', { feedback: 'The rule at a:1 forbids it.' }),
    ],
    rows: [{ outcome: 'refused', note: 'The rule at a:1 forbids it.', approvalId }],
  },
  {
    what: 'a refusal says why',
    bodies: [ask, finished('refused', { feedback: 'nobody can answer the question here' })],
    rows: [{ outcome: 'refused', note: 'nobody can answer the question here', approvalId: undefined }],
  },
  {
    what: 'what the policy refuses has a row at once',
    bodies: [judged(step, { runId: run, verdict: 'refuse' })],
    rows: [{ outcome: 'refused', note: 'Every step is asked.' }],
  },
  {
    what: 'a fault before the judgement has a row',
    bodies: [finished('refused', { feedback: 'the disk is full' })],
    rows: [{ kind: 'command', outcome: 'refused', note: 'the disk is full', text: 'rm -rf data' }],
  },
  {
    what: 'an allowed run has its row when it starts, by which grant it was and with its risk',
    bodies: [judged(step, { runId: run, verdict: 'allow', grantId: grant.grantId, risk: RISK }), started],
    rows: [{ outcome: 'running', note: `by ${grant.grantId}`, risk: { score: 7, level: 'high' }, startedAt: 1800 }],
  },
  {
    what: 'each run of a step has its row, with what really runs',
    bodies: [
      judged(other, { runId: run, verdict: 'allow', argv: ['ls', 'a b'] }),
      { ...started, stepId: other } as EventBody,
      judged(other, { runId: second, verdict: 'allow', argv: ['ls', 'c'] }),
      { type: 'step/started', stepId: other, runId: second },
    ],
    rows: [
      { text: "ls 'a b'", outcome: 'running', runId: run },
      { text: 'ls c', outcome: 'running', runId: second },
    ],
  },
  {
    what: 'a second question of a run has a row of its own',
    bodies: [ask, askBody, answered('allowed', { scope: 'once' }), started, late],
    rows: [
      { kind: 'command', approvalId, outcome: 'running' },
      { kind: 'approval', approvalId: late.approvalId, text: late.text, outcome: 'waiting', runId: run },
    ],
  },
  {
    what: 'a question of no run has a row',
    bodies: [{ ...question, runId: undefined } as EventBody],
    rows: [{ kind: 'approval', approvalId, outcome: 'waiting' }],
  },
  {
    what: 'a held write is a question of its own, and stays allowed when its program has ended',
    bodies: [
      judged(root, callRow),
      { ...askBody, stepId: root } as EventBody,
      answered('allowed', { scope: 'once' }),
      { ...started, stepId: root } as EventBody,
      { ...finished('ran'), stepId: root } as EventBody,
    ],
    rows: [{ kind: 'approval', outcome: 'allowed', approvalId, scope: 'once', startedAt: undefined }],
  },
  {
    what: 'a held write that nobody may be asked about is a denial',
    bodies: [judged(step, callRow), finished('refused', { feedback: 'nobody can answer' })],
    rows: [{ kind: 'denial', text: 'write /etc/x', outcome: 'refused' }],
  },
  {
    what: 'a held write that a grant covers is an edit',
    bodies: [judged(step, { ...callRow, category: 'grant', verdict: 'allow', grantId: grant.grantId }), started, finished('ran')],
    rows: [{ kind: 'edit', text: 'write /etc/x', outcome: 'allowed', note: `by ${grant.grantId}` }],
  },
  {
    what: 'the script is its turn, and what it printed a row behind it',
    bodies: [
      { type: 'step/started', stepId: root, runId: rootRun },
      {
        type: 'step/finished',
        stepId: root,
        runId: rootRun,
        outcome: 'ran',
        exitCode: 0,
        output: { stdout: stream(12), stderr: stream(1) },
      },
    ],
    rows: [{ kind: 'output', text: '13 bytes printed', runId: rootRun, exitCode: 0 }],
  },
  {
    what: 'a silent script has no output',
    bodies: [
      { type: 'step/started', stepId: root, runId: rootRun },
      {
        type: 'step/finished',
        stepId: root,
        runId: rootRun,
        outcome: 'ran',
        output: { stdout: stream(0), stderr: stream(0) },
      },
    ],
    rows: [],
  },
  {
    what: 'a grant, and its end',
    bodies: [
      { type: 'grant/added', grant },
      { type: 'grant/ended', grantId: grant.grantId, reason: 'revoked', by: 'page' },
    ],
    rows: [
      {
        kind: 'grant',
        text: 'npm test',
        outcome: 'ended',
        scope: 'session',
        by: 'cli',
        note: `from ${grant.source.approvalId}; revoked by page`,
        approvalId: undefined,
      },
    ],
  },
  {
    what: 'what the wall blocked: a path is a denial, a host belongs to the network',
    bodies: [
      { type: 'wall/denied', stepId: step, runId: run, op: 'write', path: '/etc/x', rule: 'quiet' },
      { type: 'wall/denied', op: 'connect', host: 'example.org', rule: 'network is off' },
      { type: 'network/judged', host: 'example.org', port: 443, verdict: 'refuse', rule: 'no' },
    ],
    rows: [
      { kind: 'denial', text: 'write /etc/x', note: 'quiet', outcome: 'blocked', runId: run },
      { kind: 'network', text: 'connect example.org', outcome: 'blocked' },
      { kind: 'network', text: 'example.org:443', outcome: 'refused' },
    ],
  },
  {
    what: 'a message, and a pause',
    bodies: [
      { type: 'message/added', turnId, role: 'system', text: 'look here' },
      { type: 'session/paused', by: 'page' },
      { type: 'session/resumed', by: 'cli' },
    ],
    rows: [
      { kind: 'message', text: 'look here', note: 'system' },
      { kind: 'note', text: 'session paused', note: 'by page' },
      { kind: 'note', text: 'session resumed', note: 'by cli' },
    ],
  },
  {
    what: 'an edit, proposed and applied',
    bodies: [
      {
        type: 'edit/proposed',
        stepId: step,
        files: ['a', 'b', 'c', 'd'].map((path) => ({
          path,
          change: 'modify',
          patch: '',
          place: 'inside',
          cutBytes: 0,
        })),
      },
      { type: 'edit/applied', stepId: step, files: [{ path: 'a' }] },
    ],
    rows: [{ kind: 'edit', text: 'modify a, modify b, modify c and 1 more', note: '4 files', outcome: 'ran' }],
  },
  {
    what: 'nothing of a session that is lost waits or runs',
    bodies: [ask, askBody, { type: 'session/lost', engineId: 'engine-1' }],
    rows: [
      { outcome: 'lost', approvalId },
      { kind: 'note', text: 'session lost' },
    ],
  },
  {
    what: 'a long text is cut, not in the middle of a character',
    bodies: [{ type: 'message/added', turnId, role: 'agent', text: `${'x'.repeat(499)}😀y` }],
    rows: [{ text: 'x'.repeat(499), isCut: true }],
  },
];
