import type { LiveView } from '../../src/client/index.ts';
import {
  type Approval,
  type ApprovalContext,
  ApprovalId,
  type EngineAbout,
  Risk,
  RunId,
  riskLevelOf,
  type SessionHead,
  SessionId,
  type TimelineRow,
} from '../../src/protocol/index.ts';
import type { RowSource } from './scene.ts';

/** The time of every scene: 14:05:08 UTC. Pictures are taken in that zone. */
export const NOW = Date.UTC(2026, 5, 3, 14, 5, 8);
const DAY = Date.UTC(2026, 5, 3);

/** Epoch ms of `14:02:07` on the day of the scenes. */
export function timeOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return DAY + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

export const sessionIdOf = (number: number): SessionId =>
  SessionId.parse(`01983000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`);
const digits = (number: number, length: number): string => number.toString(8).padStart(length, '0');
export const runIdOf = (number: number): RunId => RunId.parse(`run-${digits(number, 10)}`);
export const approvalIdOf = (kind: Approval['kind'], number: number): ApprovalId =>
  ApprovalId.parse(`${kind}-${digits(number, 8)}`);

export const ABOUT: EngineAbout = {
  version: '0.1.0',
  engineId: 'engine-canned',
  pid: 4711,
  platform: 'linux',
  wall: 'bubblewrap',
  wallVersion: 'bubblewrap 0.11.0',
  gate: 'kernel',
  home: '/home/ada',
  hasHistory: true,
};

export function viewOf(parts: Partial<LiveView>): LiveView {
  return {
    connection: { state: 'ready' },
    about: ABOUT,
    sessions: [],
    approvals: [],
    settled: [],
    answers: new Map(),
    watched: undefined,
    grants: [],
    ...parts,
  };
}

export function headOf(number: number, parts: Partial<SessionHead>): SessionHead {
  return {
    sessionId: sessionIdOf(number),
    title: `session ${number}`,
    origin: 'exec',
    agentName: 'bash',
    workspace: '/home/ada/work/project',
    state: 'open',
    isPaused: false,
    isWorking: false,
    openedAt: NOW - 600_000,
    lastAt: NOW - 60_000,
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    activity: '',
    outcome: 'none',
    openApprovals: 0,
    lastSeq: 100,
    ...parts,
  };
}

/** A risk with one piece of evidence for each `[family, text]`. */
export function riskOf(
  score: number,
  rationale: string,
  ...evidence: readonly (readonly [Risk['evidence'][number]['family'], string, string?])[]
): Risk {
  return Risk.parse({
    score,
    level: riskLevelOf(score),
    rationale,
    evidence: evidence.map(([family, text, quote]) => ({ family, score, text, quote })),
  });
}

/** A question of a session; `ageMs` is how long it has waited. */
export function approvalOf(head: SessionHead, ageMs: number, parts: Partial<Approval>): Approval {
  const kind = parts.kind ?? 'cmd';
  const approvalId = parts.approvalId ?? approvalIdOf(kind, ageMs);
  const isCritical = parts.risk?.level === 'critical';
  return {
    approvalId,
    sessionId: head.sessionId,
    kind,
    text: 'true',
    cwd: head.workspace,
    workspace: head.workspace,
    category: 'risk',
    reasons: [],
    risk: null,
    scopes: isCritical ? ['once'] : ['once', 'turn', 'session'],
    digest: `digest-${approvalId}`,
    askedAt: NOW - ageMs,
    expiresAt: NOW - ageMs + 3_600_000,
    ...parts,
  };
}

/** What a card shows beside the question, for questions of no special interest. */
export function contextOf(
  head: SessionHead,
  approval: Approval,
  parts: Partial<ApprovalContext>,
): ApprovalContext {
  return {
    sentence: 'Run a command',
    sessionTitle: head.title,
    agentName: head.agentName,
    turn: 1,
    steps: [],
    stepsBefore: 0,
    stepsAfter: 0,
    stepNumber: 1,
    stepCount: 1,
    effects: [],
    ifRejected: 'The script is told and ends with status 126.',
    notices: [],
    ...(approval.risk === null ? { notices: ['The risk of this command was not assessed.'] } : {}),
    ...parts,
  };
}

/** Rows from what is told of them; places and ids follow from the order. */
export function rowsFrom(sessionNumber: number, rows: readonly Partial<TimelineRow>[]): RowSource {
  const all = rows.map((row, index) => completeRow(sessionNumber, index, row));
  return { total: all.length, at: (index) => all[index] };
}

/** One row with all that a row must have. */
export function completeRow(sessionNumber: number, index: number, row: Partial<TimelineRow>): TimelineRow {
  return {
    index,
    rowId: `row-${sessionNumber}-${index}`,
    changedSeq: index + 1,
    at: NOW - 1000,
    kind: 'command',
    text: '',
    isCut: false,
    outcome: 'none',
    ...row,
  };
}
