import type { Grant } from '../../src/protocol/index.ts';
import { GrantId, StepId } from '../../src/protocol/index.ts';
import {
  approvalIdOf,
  approvalOf,
  contextOf,
  NOW,
  riskOf,
  rowsFrom,
  timeOf,
  viewOf,
} from './canned-parts.ts';
import {
  DOCS,
  EARLIER,
  INFRA,
  MAIN_ROWS,
  PAYMENTS,
  PAYMENTS_QUESTION,
  QUESTION_CONTEXT,
} from './canned-payments.ts';
import type { Scene, Scenes } from './scene.ts';

const DESTROY = approvalOf(INFRA, 300_000, {
  approvalId: approvalIdOf('cmd', 31),
  text: 'terraform destroy -auto-approve -target=module.db',
  argv: ['terraform', 'destroy', '-auto-approve', '-target=module.db'],
  reasons: [{ code: 'risk', text: 'the risk is critical' }],
  risk: riskOf(9, 'Destroys a database and its data; nothing brings it back.', [
    'destroys',
    'terraform destroy removes resources',
    'destroy',
  ]),
});
const BUILD_DOCS = approvalOf(DOCS, 40_000, {
  approvalId: approvalIdOf('net', 12),
  kind: 'net',
  text: 'cdn.example.org:443',
  category: 'more-access',
  reasons: [{ code: 'network', text: 'the network is off in this session' }],
  risk: riskOf(2, 'Reads public files.'),
});

const GRANTS: readonly Grant[] = [
  {
    grantId: GrantId.parse('grant-00000012'),
    holder: PAYMENTS.sessionId,
    kind: 'command',
    command: { match: 'prefix', argv: ['npm', 'install'], cwd: PAYMENTS.workspace },
    scope: 'session',
    uses: 2,
    lastUsedAt: timeOf('14:02:40'),
    source: { approvalId: approvalIdOf('cmd', 21), by: 'you' },
  },
  {
    grantId: GrantId.parse('grant-00000013'),
    holder: PAYMENTS.sessionId,
    kind: 'access',
    access: {
      read: [],
      write: [`${PAYMENTS.workspace}/.npm-cache`],
      hosts: [{ host: 'registry.example.org', port: 443 }],
      sockets: [],
    },
    scope: 'until',
    untilMs: NOW + 540_000,
    uses: 0,
    source: { approvalId: approvalIdOf('net', 22), by: 'you' },
  },
];

function mainScene(): Scene {
  return {
    view: viewOf({
      sessions: [PAYMENTS, DOCS, INFRA, ...EARLIER],
      approvals: [DESTROY, PAYMENTS_QUESTION, BUILD_DOCS],
      grants: GRANTS,
    }),
    hash: `#/session/${PAYMENTS.sessionId}/${PAYMENTS_QUESTION.approvalId}`,
    rows: new Map([[PAYMENTS.sessionId, MAIN_ROWS]]),
    contexts: new Map([
      [PAYMENTS_QUESTION.approvalId, QUESTION_CONTEXT],
      [
        DESTROY.approvalId,
        contextOf(INFRA, DESTROY, {
          sentence: 'Run a command that destroys a database',
          steps: [
            {
              stepId: StepId.parse('step-0000000031'),
              text: DESTROY.text,
              form: 'program',
              operator: '',
              state: 'here',
            },
          ],
        }),
      ],
      [BUILD_DOCS.approvalId, contextOf(DOCS, BUILD_DOCS, { sentence: 'Connect to cdn.example.org' })],
    ]),
  };
}

const emptyScene = (): Scene => ({
  view: viewOf({ sessions: [{ ...PAYMENTS, openApprovals: 0, openRisk: undefined }, ...EARLIER] }),
  hash: '#/inbox',
  rows: new Map([[PAYMENTS.sessionId, rowsFrom(1, [])]]),
  contexts: new Map(),
});

const withConnection = (connection: Scene['view']['connection']) => (): Scene => {
  const scene = mainScene();
  return { ...scene, view: { ...scene.view, connection } };
};

const firstRunScene = (): Scene => ({
  view: viewOf({ about: { ...viewOf({}).about, hasHistory: false } as Scene['view']['about'] }),
  hash: '#/',
  rows: new Map(),
  contexts: new Map(),
});

export const scenes: Scenes = {
  main: mainScene,
  empty: emptyScene,
  lost: withConnection({
    state: 'lost',
    since: NOW - 14_000,
    attempt: 4,
    retryAt: NOW + 3_000,
    wasReady: true,
  }),
  connecting: () => ({
    view: viewOf({ connection: { state: 'connecting' }, about: undefined }),
    hash: '#/',
    rows: new Map(),
    contexts: new Map(),
  }),
  refused: withConnection({
    state: 'refused',
    reason: 'signed-out',
    message: 'This page is signed out. Type `sallyport open` in a terminal for a new address.',
  }),
  'refused-version': withConnection({
    state: 'refused',
    reason: 'version',
    message: 'The engine is newer than this page. Load the page again.',
  }),
  'first-run': firstRunScene,
};
