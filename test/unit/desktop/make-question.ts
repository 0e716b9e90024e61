import { randomBytes } from 'node:crypto';
import type { Overview } from '../../../src/desktop/overview.ts';
import { type Approval, createIdMaker, type SessionHead } from '../../../src/protocol/index.ts';

const ids = createIdMaker(() => 1_800_000_000_000, randomBytes);

export function makeQuestion(parts: Partial<Approval> = {}): Approval {
  return {
    approvalId: ids.approval('cmd'),
    sessionId: ids.session(),
    kind: 'cmd',
    text: 'rm -rf dist',
    argv: ['rm', '-rf', 'dist'],
    cwd: '/work/payments-api',
    workspace: '/work/payments-api',
    category: 'risk',
    reasons: [],
    risk: { score: 7, level: 'high', rationale: 'It deletes a folder.', evidence: [] },
    scopes: ['once'],
    digest: 'd',
    askedAt: 0,
    expiresAt: 1,
    ...parts,
  };
}

export function makeHead(parts: Partial<SessionHead> = {}): SessionHead {
  return {
    sessionId: ids.session(),
    title: 'build',
    origin: 'exec',
    agentName: 'exec',
    workspace: '/work/payments-api',
    state: 'open',
    isPaused: false,
    isWorking: true,
    openedAt: 0,
    lastAt: 0,
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    activity: '',
    outcome: 'none',
    openApprovals: 0,
    lastSeq: 1,
    ...parts,
  };
}

export function makeOverview(approvals: readonly Approval[], heads: readonly SessionHead[] = []): Overview {
  return {
    isConnected: true,
    sessions: new Map(heads.map((head) => [head.sessionId, head])),
    approvals: new Map(approvals.map((approval) => [approval.approvalId, approval])),
  };
}
