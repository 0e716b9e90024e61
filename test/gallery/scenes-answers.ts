/** Cards whose answers are more than a yes or a no: parts, files, rules for always, another text. */
import { type Approval, RunId } from '../../src/protocol/index.ts';
import { approvalIdOf, approvalOf, contextOf, riskOf, rowsFrom, viewOf } from './canned-parts.ts';
import { DOCS, INFRA, PAYMENTS } from './canned-payments.ts';
import type { Scene, Scenes } from './scene.ts';

const HEADS = [PAYMENTS, DOCS, INFRA];

function scene(head: (typeof HEADS)[number], approval: Approval, sentence: string): Scene {
  return {
    view: viewOf({ sessions: HEADS, approvals: [approval], settled: [] }),
    hash: `#/inbox/${approval.approvalId}`,
    rows: new Map(HEADS.map((one, at) => [one.sessionId, rowsFrom(at + 1, [])])),
    contexts: new Map([[approval.approvalId, contextOf(head, approval, { sentence, turn: 3 })]]),
  };
}

const RULES = '/home/ada/.sallyport/rules/always.rules';

/** Its text can be changed, and it can be allowed for always. */
const TESTS = approvalOf(PAYMENTS, 12_000, {
  approvalId: approvalIdOf('cmd', 301),
  runId: RunId.parse('run-0000000301'),
  text: 'npm run test -- --watch',
  argv: ['npm', 'run', 'test', '--', '--watch'],
  risk: riskOf(2, 'Runs a script of the project.'),
  scopes: ['once', 'step', 'turn', 'session', 'until', 'always'],
  always: {
    allow: 'prefix_rule(pattern=["npm", "run", "test"], decision="allow")',
    forbid: 'prefix_rule(pattern=["npm", "run", "test"], decision="forbidden")',
    file: RULES,
  },
  isEditable: true,
});

const MORE_ACCESS = approvalOf(DOCS, 42_000, {
  approvalId: approvalIdOf('perm', 302),
  kind: 'perm',
  category: 'more-access',
  text: 'more access',
  agentReason: 'The build needs the shared cache and the package host.',
  reasons: [{ code: 'more-access', text: 'An agent asks for more access than this session has.' }],
  requested: {
    read: ['/home/ada/shared/fonts'],
    write: ['/home/ada/.cache/site', '/srv/www/docs'],
    hosts: [{ host: 'registry.example.org', port: 443 }],
    sockets: [],
  },
  scopes: ['turn', 'session'],
});

const EDITS = approvalOf(PAYMENTS, 8000, {
  approvalId: approvalIdOf('edit', 303),
  kind: 'edit',
  category: 'edit',
  text: 'change 3 files',
  agentReason: 'Refunds over the limit must be refused.',
  reasons: [
    { code: 'protected-path', text: 'One of the files is protected although it lies in the workspace.' },
  ],
  files: [
    {
      path: '/home/ada/work/payments-api/src/refund.ts',
      change: 'modify',
      place: 'inside',
      patch:
        '--- a/src/refund.ts\n+++ b/src/refund.ts\n@@ -10,5 +10,6 @@ export function refund(amount: number)\n   const limit = readLimit();\n-  if (amount > limit) return;\n+  if (amount > limit) throw new RefundTooLarge(amount, limit);\n+  audit("refund", amount);\n   return pay(-amount);\n }\n',
    },
    {
      path: '/home/ada/work/payments-api/.husky/pre-commit',
      change: 'create',
      place: 'protected',
      patch:
        '--- /dev/null\n+++ b/.husky/pre-commit\n@@ -0,0 +1,3 @@\n+#!/bin/sh\n+npm test\u202e\u0007\n+\tif ok:  \n',
    },
    { path: '/home/ada/work/payments-api/logo.png', change: 'modify', place: 'inside', patch: '' },
  ],
});

export const scenes: Scenes = {
  'card-always': () => scene(PAYMENTS, TESTS, 'Run a script of the project'),
  'card-request': () => scene(DOCS, MORE_ACCESS, 'Give it more access'),
  'card-files': () => scene(PAYMENTS, EDITS, 'Write 3 files, 1 of them protected'),
};
