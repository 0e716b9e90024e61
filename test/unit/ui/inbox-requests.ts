import {
  type Approval,
  ApprovalId,
  Risk,
  riskLevelOf,
  type SessionHead,
  SessionId,
} from '../../../src/protocol/index.ts';

export const NOW = 1_800_000_000_000;

export const sessionOf = (number: number): SessionId =>
  SessionId.parse(`01983000-0000-7000-8000-${number.toString().padStart(12, '0')}`);

export const idOf = (number: number, kind: Approval['kind'] = 'cmd'): ApprovalId =>
  ApprovalId.parse(`${kind}-${number.toString().padStart(8, '0')}`);

interface Told extends Partial<Omit<Approval, 'risk'>> {
  /** `null`: not reviewed. */
  readonly score?: number | null;
  readonly session?: number;
  readonly ageMs?: number;
}

/** A question with nothing special about it but what is told. */
export function requestOf(number: number, told: Told = {}): Approval {
  const { score = 2, session = 1, ageMs = 60_000, ...parts } = told;
  const approvalId = idOf(number, parts.kind);
  const risk =
    score === null
      ? null
      : Risk.parse({ score, level: riskLevelOf(score), rationale: 'because', evidence: [] });
  return {
    approvalId,
    sessionId: sessionOf(session),
    kind: 'cmd',
    text: `run ${number}`,
    cwd: `/home/ada/work/project-${session}`,
    workspace: `/home/ada/work/project-${session}`,
    category: 'risk',
    reasons: [],
    scopes: ['once', 'session'],
    digest: `digest-${number}`,
    askedAt: NOW - ageMs,
    expiresAt: NOW + 3_600_000,
    ...parts,
    risk,
  };
}

export function headOf(number: number, parts: Partial<SessionHead> = {}): SessionHead {
  return {
    sessionId: sessionOf(number),
    title: `session ${number}`,
    origin: 'exec',
    agentName: `agent-${number}`,
    workspace: `/home/ada/work/project-${number}`,
    state: 'open',
    isPaused: false,
    isWorking: true,
    openedAt: NOW - 600_000,
    lastAt: NOW - 60_000,
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    activity: 'npm test',
    outcome: 'none',
    openApprovals: 0,
    lastSeq: 10,
    ...parts,
  };
}
