import {
  type Approval,
  type ApprovalContext,
  type Grant,
  GrantId,
  type SettledApproval,
  StepId,
} from '../../src/protocol/index.ts';
import { approvalIdOf, approvalOf, contextOf, NOW, riskOf, rowsFrom, viewOf } from './canned-parts.ts';
import { DOCS, INFRA, PAYMENTS } from './canned-payments.ts';
import type { Scene, Scenes } from './scene.ts';

interface CardScene {
  readonly approval: Approval;
  readonly context: ApprovalContext | undefined;
  readonly settled?: Omit<SettledApproval, 'approvalId' | 'sessionId'>;
  readonly view?: Partial<Scene['view']>;
  readonly others?: readonly Approval[];
}

const HEADS = [PAYMENTS, DOCS, INFRA];

/** One card, open in the inspector of the inbox. */
function cardScene({ approval, context, settled, view = {}, others = [] }: CardScene): Scene {
  const { approvalId, sessionId } = approval;
  return {
    view: viewOf({
      sessions: HEADS,
      approvals: settled === undefined ? [approval, ...others] : others,
      settled: settled === undefined ? [] : [{ approvalId, sessionId, ...settled, approval }],
      ...view,
    }),
    hash: `#/inbox/${approvalId}`,
    rows: new Map(HEADS.map((head, at) => [head.sessionId, rowsFrom(at + 1, [])])),
    contexts: new Map(context === undefined ? [] : [[approvalId, context]]),
  };
}

const stepOf = (
  number: number,
  text: string,
): Pick<ApprovalContext['steps'][number], 'stepId' | 'text' | 'form'> => ({
  stepId: StepId.parse(`step-00000001${String(number).padStart(2, '0')}`),
  text,
  form: 'program',
});

/** Medium, with every scope: the card that letters answer. */
const LINT = approvalOf(PAYMENTS, 30_000, {
  approvalId: approvalIdOf('cmd', 101),
  text: 'npm run lint',
  argv: ['npm', 'run', 'lint'],
  reasons: [
    { code: 'untrusted', text: 'This session asks before every command that is not known to be harmless.' },
  ],
  risk: riskOf(3, 'Runs a script of the project, which can do what the session may do.', [
    'fetches-and-runs',
    'Runs what package.json names',
    'npm run lint',
  ]),
  scopes: ['once', 'step', 'turn', 'session', 'until'],
});
const LINT_CONTEXT = contextOf(PAYMENTS, LINT, {
  sentence: 'Run a script of the project',
  turn: 6,
  steps: [{ ...stepOf(1, LINT.text), operator: '', state: 'here' }],
  effects: [
    { kind: 'runs', what: 'node_modules/.bin/eslint', place: 'inside' },
    { kind: 'network' },
    { kind: 'secrets' },
  ],
  ifRejected: 'Codex is told and continues.',
});

const HIGH = approvalOf(PAYMENTS, 120_000, {
  approvalId: approvalIdOf('cmd', 102),
  text: 'rm -rf data/',
  argv: ['rm', '-rf', 'data/'],
  risk: riskOf(7, 'Deletes a folder this session did not create.', [
    'destroys',
    'Deletes a folder',
    'rm -rf data/',
  ]),
  scopes: ['once', 'step', 'turn', 'session', 'until'],
});

const CRITICAL = approvalOf(INFRA, 540_000, {
  approvalId: approvalIdOf('cmd', 103),
  text: 'terraform destroy -auto-approve \\\n  -target=module.db',
  argv: ['terraform', 'destroy', '-auto-approve', '-target=module.db'],
  cwd: '/home/ada/work/infra/prod',
  risk: riskOf(
    9,
    'Destroys the production database module without a plan to confirm, and reads cloud credentials.',
    ['destroys', 'terraform destroy removes resources', 'destroy'],
  ),
});
const CRITICAL_CONTEXT = contextOf(INFRA, CRITICAL, {
  sentence: 'Run a command that destroys a database',
  turn: 2,
  steps: [
    {
      ...stepOf(2, 'terraform init -input=false'),
      operator: '&&',
      state: 'done',
      outcome: 'ran',
      exitCode: 0,
      durationMs: 8400,
    },
    { ...stepOf(3, CRITICAL.text), operator: '', state: 'here' },
  ],
  stepNumber: 2,
  stepCount: 2,
  effects: [
    { kind: 'secrets', what: '~/.aws/credentials', place: 'outside' },
    { kind: 'network', what: 'sts.amazonaws.com:443', detail: '2 more', place: 'outside' },
    { kind: 'writes', what: 'terraform.tfstate', place: 'inside' },
  ],
  agentSays: 'Recreate the database to apply the new size.',
  ifRejected: 'opencode is told and continues. The init stays.',
});

const NOT_REVIEWED = approvalOf(INFRA, 120_000, {
  approvalId: approvalIdOf('perm', 104),
  kind: 'perm',
  category: 'more-access',
  text: 'read ~/.kube/config',
  reasons: [{ code: 'secret', text: 'The file is hidden: it holds credentials.' }],
  grant: { read: ['/home/ada/.kube/config'], write: [], hosts: [], sockets: [] },
});

const OUTSIDE = approvalOf(DOCS, 40_000, {
  approvalId: approvalIdOf('cmd', 105),
  category: 'outside',
  text: 'cp -r public/ /srv/www/docs',
  argv: ['cp', '-r', 'public/', '/srv/www/docs'],
  reasons: [{ code: 'outside-write', text: '/srv/www/docs is outside of what the session may write.' }],
  grant: {
    read: [],
    write: ['/srv/www/docs'],
    hosts: [{ host: 'cdn.example.org', port: 443 }],
    sockets: [],
  },
  risk: riskOf(4, 'Writes to a folder that a server may show to everybody.'),
  scopes: ['once', 'step', 'turn', 'session', 'until'],
});

const LONG = approvalOf(PAYMENTS, 20_000, {
  approvalId: approvalIdOf('cmd', 106),
  text: [
    'cat > deploy.sh <<EOF',
    ...Array.from(
      { length: 40 },
      (_, at) => `echo line ${at + 1} of a long script, with words enough to need two lines`,
    ),
    'EOF',
    'sh deploy.sh',
  ].join('\n'),
  risk: riskOf(
    5,
    'Writes a script and runs it.',
    ...Array.from({ length: 6 }, (_, at) => ['hides', `Evidence ${at + 1}`, `echo line ${at}`] as const),
  ),
  category: 'opaque',
  scopes: ['once', 'step'],
});

const GRANTS: readonly Grant[] = [
  {
    grantId: GrantId.parse('grant-00000101'),
    holder: PAYMENTS.sessionId,
    kind: 'command',
    command: { match: 'exact', argv: ['npm', 'run', 'lint'], cwd: PAYMENTS.workspace },
    scope: 'session',
    uses: 3,
    source: { approvalId: LINT.approvalId, by: 'cli:4711' },
  },
];

export const scenes: Scenes = {
  'card-medium': () => cardScene({ approval: LINT, context: LINT_CONTEXT, others: [HIGH] }),
  'card-high': () => cardScene({ approval: HIGH, context: undefined }),
  'card-critical': () => cardScene({ approval: CRITICAL, context: CRITICAL_CONTEXT }),
  'card-not-reviewed': () =>
    cardScene({
      approval: NOT_REVIEWED,
      context: contextOf(INFRA, NOT_REVIEWED, { sentence: 'Read a file that holds credentials', turn: 2 }),
    }),
  'card-outside': () =>
    cardScene({
      approval: OUTSIDE,
      context: contextOf(DOCS, OUTSIDE, {
        sentence: 'Run a command that writes outside the project',
        effects: [{ kind: 'writes', what: '/srv/www/docs', place: 'outside' }],
        notices: ['The process has more than one thread: what is shown could be swapped before it runs.'],
      }),
    }),
  'card-long': () => cardScene({ approval: LONG, context: contextOf(PAYMENTS, LONG, {}) }),
  'card-withdrawn': () =>
    cardScene({
      approval: LINT,
      context: LINT_CONTEXT,
      settled: { outcome: 'withdrawn', by: 'The process that asked has ended', settledAt: NOW - 8000 },
    }),
  'card-elsewhere': () =>
    cardScene({
      approval: HIGH,
      context: undefined,
      settled: {
        outcome: 'rejected',
        by: 'terminal:4711',
        feedback: 'Never rewrite main.',
        settledAt: NOW - 200_000,
      },
      others: [LINT],
    }),
  'card-allowed': () =>
    cardScene({
      approval: LINT,
      context: LINT_CONTEXT,
      settled: { outcome: 'allowed', scope: 'session', by: 'cli:4711', settledAt: NOW - 60_000 },
    }),
  'card-edited': () =>
    cardScene({
      approval: LINT,
      context: LINT_CONTEXT,
      settled: {
        ...{ outcome: 'edited', by: 'page', settledAt: NOW - 60_000 },
        editedText: 'npm run lint -- --fix src\nnpm test\u202e',
      },
    }),
  'card-expired': () =>
    cardScene({
      approval: LINT,
      context: LINT_CONTEXT,
      settled: { outcome: 'expired', settledAt: NOW - 60_000 },
    }),
  'card-lost': () =>
    cardScene({
      approval: HIGH,
      context: undefined,
      view: {
        connection: { state: 'lost', since: NOW + 4000, attempt: 3, retryAt: NOW + 8000, wasReady: true },
      },
    }),
  'card-session': () => ({
    ...cardScene({ approval: HIGH, context: undefined, view: { grants: GRANTS } }),
    hash: `#/session/${PAYMENTS.sessionId}`,
  }),
  'card-popover': () => ({
    ...cardScene({ approval: CRITICAL, context: CRITICAL_CONTEXT }),
    hash: '#/popover',
  }),
};
