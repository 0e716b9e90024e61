import { ApprovalId, GrantId, StepId } from '../../src/protocol/index.ts';
import {
  approvalIdOf,
  approvalOf,
  contextOf,
  headOf,
  NOW,
  riskOf,
  rowsFrom,
  runIdOf,
  timeOf,
} from './canned-parts.ts';

/** The sessions of the main picture. */
export const PAYMENTS = headOf(1, {
  title: 'payments-api',
  agentName: 'Codex',
  workspace: '/home/ada/work/payments-api',
  isWorking: true,
  openedAt: timeOf('13:20:00'),
  lastAt: timeOf('14:03:12'),
  activity: 'rm -rf data/',
  openApprovals: 1,
  openRisk: { score: 7, level: 'high' },
});
export const DOCS = headOf(2, {
  title: 'docs-site',
  agentName: 'Claude Code',
  workspace: '/home/ada/work/docs-site',
  isWorking: true,
  openedAt: timeOf('13:40:00'),
  lastAt: NOW - 41_000,
  activity: 'rewrite install page',
  openApprovals: 1,
  openRisk: { score: 2, level: 'low' },
});
export const INFRA = headOf(3, {
  title: 'infra',
  agentName: 'opencode',
  workspace: '/home/ada/work/infra',
  isWorking: true,
  openedAt: timeOf('12:10:00'),
  lastAt: NOW - 300_000,
  activity: 'terraform destroy -auto-approve -target=module.db',
  openApprovals: 1,
  openRisk: { score: 9, level: 'critical' },
});
const earlier = (number: number, title: string, agoMs: number, outcome: 'ok' | 'failed' | 'stopped') =>
  headOf(number, {
    title,
    state: 'closed',
    openedAt: NOW - agoMs - 600_000,
    closedAt: NOW - agoMs,
    lastAt: NOW - agoMs,
    outcome,
  });
export const EARLIER = [
  earlier(4, 'billing-worker', 38 * 60_000, 'ok'),
  earlier(5, 'mobile-app', 3_600_000, 'failed'),
  earlier(6, 'release-notes', 7_200_000, 'ok'),
  earlier(7, 'search-index', 86_400_000, 'stopped'),
];

/** The question of the main picture. */
export const PAYMENTS_QUESTION = approvalOf(PAYMENTS, 122_000, {
  approvalId: ApprovalId.parse('cmd-7k3q9d2e'),
  runId: runIdOf(17),
  stepId: StepId.parse('step-0000000017'),
  text: 'rm -rf data/',
  argv: ['rm', '-rf', 'data/'],
  reasons: [{ code: 'risk', text: 'the risk is high' }],
  risk: riskOf(
    7,
    'Deletes a folder this session did not create. It is not tracked by git, so it cannot be restored.',
    ['destroys', 'Deletes a whole folder with everything in it', 'rm -rf data/'],
    ['destroys', 'The folder is not in git'],
    ['touches-remote', 'Nothing is sent anywhere'],
  ),
});

const step = (number: number, text: string, operator: string) => ({
  stepId: StepId.parse(`step-00000000${number}`),
  text,
  form: 'program' as const,
  operator,
});
export const QUESTION_CONTEXT = contextOf(PAYMENTS, PAYMENTS_QUESTION, {
  sentence: 'Run a command that deletes a folder',
  turn: 6,
  steps: [
    { ...step(15, 'npm install', '&&'), state: 'done', outcome: 'ran', exitCode: 0, durationMs: 17_200 },
    { ...step(16, 'npm run build', '&&'), state: 'done', outcome: 'ran', exitCode: 0, durationMs: 3_100 },
    { ...step(17, 'rm -rf data/', ''), state: 'here' },
  ],
  stepNumber: 3,
  stepCount: 3,
  effects: [
    { kind: 'deletes', what: 'data/', detail: '218 files, 41 MB', place: 'inside' },
    { kind: 'reads' },
    { kind: 'network' },
    { kind: 'secrets' },
  ],
  agentSays: 'Clear old test data before the release build.',
  ifRejected: 'Codex is told and continues. The install and the build stay.',
});

const ran = (number: number, clock: string, text: string, seconds: number) => ({
  at: timeOf(clock),
  text,
  outcome: 'ran' as const,
  exitCode: 0,
  runId: runIdOf(number),
  startedAt: timeOf(clock),
  endedAt: timeOf(clock) + seconds * 1000,
});

/** The rows of the main picture. */
export const MAIN_ROWS = rowsFrom(1, [
  { at: timeOf('13:20:00'), kind: 'note', text: 'Session opened', note: 'workspace-write · on-request' },
  {
    at: timeOf('13:58:10'),
    kind: 'turn',
    text: 'npm test -- --watch=false',
    note: '1 step · exec',
    outcome: 'ran',
    exitCode: 0,
  },
  ran(9, '13:58:11', 'npm test -- --watch=false', 48.2),
  {
    ...ran(10, '14:01:48', 'curl -s https://uploads.example.net/report', 0),
    outcome: 'rejected',
    exitCode: undefined,
    runId: runIdOf(10),
    endedAt: undefined,
    approvalId: approvalIdOf('cmd', 20),
    risk: { score: 5, level: 'medium' },
    by: 'you',
    feedback: 'Not needed: the report is in build/report.json.',
  },
  {
    at: timeOf('14:02:04'),
    kind: 'turn',
    text: 'npm test refunds || true; npm install && npm run build && rm -rf data/',
    note: '4 steps · exec',
    outcome: 'running',
  },
  {
    at: timeOf('14:02:06'),
    kind: 'message',
    text: 'I’ll run the refunds suite first to see what fails.',
    by: 'Codex',
  },
  { ...ran(11, '14:02:07', 'npm test -- refunds', 12.4), exitCode: 1 },
  {
    at: timeOf('14:02:20'),
    kind: 'output',
    text: '',
    runId: runIdOf(11),
    tail: {
      lines: [
        '✕ rounds partial refunds to the cent (14 ms)',
        '  expected 1999, received 1998.9999999999998',
        'Tests: 1 failed, 46 passed, 47 total',
      ],
      moreLines: 212,
    },
  },
  { at: timeOf('14:02:21'), kind: 'edit', text: 'src/refunds/round.ts', note: '+6 −1', outcome: 'allowed' },
  {
    at: timeOf('14:02:24'),
    kind: 'edit',
    text: 'src/refunds/round.test.ts',
    note: '+12 −0',
    outcome: 'allowed',
  },
  { at: timeOf('14:02:25'), kind: 'edit', text: 'CHANGELOG.md', note: '+1 −0', outcome: 'allowed' },
  ran(12, '14:02:26', 'npm test -- refunds', 11.9),
  {
    at: timeOf('14:02:39'),
    kind: 'message',
    text: 'All 47 pass. Installing and rebuilding so dist matches.',
    by: 'Codex',
  },
  { ...ran(15, '14:02:40', 'npm install', 17.2), scope: 'session' },
  {
    ...ran(18, '14:02:41', 'registry.example.org:443', 6),
    kind: 'network',
    exitCode: undefined,
    outcome: 'allowed',
    scope: 'session',
    by: 'you',
    approvalId: approvalIdOf('net', 22),
    risk: { score: 3, level: 'medium' },
  },
  {
    at: timeOf('14:02:47'),
    kind: 'grant',
    text: 'npm install',
    note: 'for this session',
    outcome: 'allowed',
    scope: 'session',
    by: 'you',
    grantId: GrantId.parse('grant-00000012'),
  },
  {
    at: timeOf('14:02:49'),
    text: 'git push --force origin main',
    note: 'rule: no force push',
    outcome: 'refused',
    risk: { score: 8, level: 'high' },
  },
  {
    at: timeOf('14:02:55'),
    kind: 'denial',
    text: '/home/ada/.ssh/id_ed25519',
    note: 'read · esbuild',
    outcome: 'blocked',
  },
  ran(16, '14:02:58', 'npm run build', 3.1),
  {
    at: timeOf('14:03:02'),
    kind: 'output',
    text: '',
    runId: runIdOf(16),
    tail: { lines: ['✓ 418 modules transformed, built in 3.1 s'], moreLines: 9 },
  },
  {
    at: timeOf('14:03:05'),
    kind: 'review',
    text: 'reviewed rm -rf data/',
    note: 'rules, 1.2 s',
    risk: { score: 7, level: 'high' },
  },
  {
    at: timeOf('14:03:06'),
    text: 'rm -rf data/',
    outcome: 'waiting',
    runId: runIdOf(17),
    stepId: PAYMENTS_QUESTION.stepId,
    approvalId: PAYMENTS_QUESTION.approvalId,
    risk: { score: 7, level: 'high' },
    startedAt: timeOf('14:03:06'),
  },
  { at: timeOf('14:03:08'), kind: 'message', text: 'sub-agent docs started', note: 'read-only', by: 'Codex' },
  ran(19, '14:03:11', 'git status --short', 0.2),
  { ...ran(20, '14:03:12', 'npm run docs', 0), outcome: 'running', exitCode: undefined, endedAt: undefined },
  {
    at: timeOf('14:03:20'),
    kind: 'approval',
    text: 'write /home/ada/.gitconfig',
    outcome: 'expired',
    approvalId: approvalIdOf('edit', 33),
    risk: null,
  },
]);
