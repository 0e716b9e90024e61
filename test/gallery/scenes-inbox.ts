import type { Approval, ApprovalContext, ApprovalId, SessionHead } from '../../src/protocol/index.ts';
import { approvalIdOf, approvalOf, contextOf, riskOf, rowsFrom, viewOf } from './canned-parts.ts';
import { DOCS, EARLIER, INFRA, PAYMENTS, PAYMENTS_QUESTION, QUESTION_CONTEXT } from './canned-payments.ts';
import type { Scene, Scenes } from './scene.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Told {
  readonly head: SessionHead;
  readonly ageMs: number;
  readonly kind?: Approval['kind'];
  readonly text: string;
  readonly score: number | null;
  readonly why: string;
  readonly sentence: string;
}

const CDN = {
  head: DOCS,
  kind: 'net',
  text: 'cdn.example.org:443',
  score: 2,
  why: 'Reads public files.',
  sentence: 'Connect to cdn.example.org',
} as const;

const TOLD: readonly Told[] = [
  {
    ...{
      head: INFRA,
      ageMs: 9 * MINUTE,
      text: 'terraform destroy -auto-approve -target=module.db',
      score: 9,
    },
    ...{
      why: 'Destroys a database and its data; nothing brings it back.',
      sentence: 'Run a command that destroys a database',
    },
  },
  {
    ...{ head: INFRA, ageMs: 5 * MINUTE, text: 'kubectl -n staging scale deploy/api --replicas=6', score: 6 },
    ...{ why: 'Changes a running service.', sentence: 'Run a command that changes a running service' },
  },
  {
    ...{ head: INFRA, ageMs: 4 * MINUTE, kind: 'net', text: 'sts.amazonaws.com:443', score: 4 },
    ...{ why: 'Sends credentials of this machine.', sentence: 'Connect to sts.amazonaws.com' },
  },
  {
    ...{ head: INFRA, ageMs: 2 * MINUTE, kind: 'perm', text: 'read ~/.kube/config', score: null },
    ...{ why: '', sentence: 'Read a file outside the project' },
  },
  {
    ...{ head: PAYMENTS, ageMs: 6 * MINUTE, kind: 'edit', text: '.husky/pre-commit', score: 6 },
    ...{ why: 'This file runs outside the wall at the next commit.', sentence: 'Write a protected file' },
  },
  {
    ...{ head: PAYMENTS, ageMs: 3 * MINUTE, kind: 'net', text: 'uploads.example.net:443', score: 5 },
    ...{ why: 'Sends data to a host nobody named.', sentence: 'Connect to uploads.example.net' },
  },
  {
    ...{ head: PAYMENTS, ageMs: MINUTE, kind: 'mcp', text: 'github · create_pull_request', score: 3 },
    ...{ why: 'Others see it.', sentence: 'Call a tool of the MCP server github' },
  },
  {
    ...{ head: PAYMENTS, ageMs: 40 * SECOND, text: 'git commit -m "round refunds to the cent"', score: 2 },
    ...{ why: 'Can be undone.', sentence: 'Run a command' },
  },
  { ...CDN, ageMs: 61 * SECOND },
  { ...CDN, ageMs: 58 * SECOND },
  { ...CDN, ageMs: 51 * SECOND },
];

function askAll(): { approvals: readonly Approval[]; contexts: ReadonlyMap<ApprovalId, ApprovalContext> } {
  const contexts = new Map([[PAYMENTS_QUESTION.approvalId, QUESTION_CONTEXT]]);
  const approvals = TOLD.map(({ head, ageMs, kind = 'cmd', text, score, why, sentence }, index) => {
    const risk = score === null ? null : riskOf(score, why, ['touches-remote', why]);
    const approval = approvalOf(head, ageMs, {
      approvalId: approvalIdOf(kind, 100 + index),
      kind,
      text,
      risk,
    });
    contexts.set(approval.approvalId, contextOf(head, approval, { sentence }));
    return approval;
  });
  const inOrder = [...approvals, PAYMENTS_QUESTION].sort((one, other) => one.askedAt - other.askedAt);
  return { approvals: inOrder, contexts };
}

function inboxScene(): Scene {
  const { approvals, contexts } = askAll();
  const withCount = (head: SessionHead): SessionHead => ({
    ...head,
    openApprovals: approvals.filter((approval) => approval.sessionId === head.sessionId).length,
  });
  const waiting = (head: SessionHead) =>
    rowsFrom(
      head.title.length,
      approvals
        .filter((approval) => approval.sessionId === head.sessionId)
        .map(({ askedAt, text, approvalId, risk }) => ({
          at: askedAt,
          text,
          approvalId,
          risk,
          outcome: 'waiting',
        })),
    );
  const heads = [PAYMENTS, DOCS, INFRA];
  return {
    view: viewOf({ sessions: [...heads.map(withCount), ...EARLIER], approvals }),
    hash: `#/inbox/${PAYMENTS_QUESTION.approvalId}`,
    rows: new Map(heads.map((head) => [head.sessionId, waiting(head)])),
    contexts,
  };
}

/** Questions come in ten times a second, for as long as one looks. */
function floodScene(): Scene {
  const scene = inboxScene();
  let count = 0;
  const ask = (): Approval => {
    count += 1;
    const score = count % 11;
    const risk = riskOf(score, 'One of very many.', ['destroys', 'rm removes files', 'rm']);
    const approvalId = approvalIdOf('cmd', 1000 + count);
    return approvalOf(PAYMENTS, 0, { approvalId, text: `rm -rf build/cache/${count}`, risk });
  };
  const first = Array.from({ length: 400 }, ask);
  const view = viewOf({ sessions: scene.view.sessions, approvals: [...scene.view.approvals, ...first] });
  return {
    ...scene,
    view,
    goOn: (store) => {
      const again = (): void => {
        store.setState(({ approvals }) => ({ approvals: [...approvals, ask()] }));
        if (count < 2000) setTimeout(again, 100);
      };
      setTimeout(again, 100);
    },
  };
}

export const scenes: Scenes = { inbox: inboxScene, flood: floodScene };
