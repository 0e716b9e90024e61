import {
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  createIdMaker,
  Fault,
  type Grant,
  type NotificationInput,
  type RowFilter,
  type SessionHead,
  type SessionId,
  type SettledApproval,
  type TimelineRow,
} from '../../../src/protocol/index.ts';
import { isEmptyFilter, matchesRow } from '../../../src/timeline/index.ts';
import type { Random } from '../../support/seeded-random.ts';
import type { FakeClock } from './fake-clock.ts';

/** What an engine knows, in plain lists, and everything that can happen to it. */
export abstract class EngineTruth {
  readonly heads = new Map<SessionId, SessionHead>();
  readonly approvals = new Map<ApprovalId, Approval>();
  readonly settled = new Map<ApprovalId, SettledApproval & { readonly requestKey?: string }>();
  readonly grants: Grant[] = [];
  readonly rows = new Map<SessionId, TimelineRow[]>();
  readonly ids;
  protected readonly clock: FakeClock;
  protected readonly random: Random;
  readonly #seqs = new Map<SessionId, number>();

  constructor(clock: FakeClock, random: Random) {
    this.clock = clock;
    this.random = random;
    const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random() * 256);
    this.ids = createIdMaker(() => clock.nowMs(), bytes);
  }

  open(parts: Partial<SessionHead> = {}): SessionId {
    const sessionId = this.ids.session();
    const at = this.clock.nowMs();
    this.rows.set(sessionId, []);
    this.heads.set(sessionId, {
      ...{ sessionId, title: 'work', origin: 'exec', agentName: 'bash', workspace: '/w', state: 'open' },
      ...{ isPaused: false, isWorking: true, openedAt: at, lastAt: at, sandboxMode: 'workspace-write' },
      ...{ approvalPolicy: 'on-request', activity: '', outcome: 'none', openApprovals: 0, lastSeq: 0 },
      ...parts,
    });
    this.touch(sessionId, {});
    return sessionId;
  }

  /** Something happened in a session: its head is another. */
  touch(sessionId: SessionId, parts: Partial<SessionHead>): void {
    const head = this.heads.get(sessionId);
    if (head === undefined) return;
    const openApprovals = [...this.approvals.values()].filter((one) => one.sessionId === sessionId).length;
    this.heads.set(sessionId, { ...head, openApprovals, ...parts, lastSeq: this.#seq(sessionId) });
    this.tell({ sessions: this.headsOf(sessionId) });
  }

  ask(sessionId: SessionId, parts: Partial<Approval> = {}): Approval {
    const at = this.clock.nowMs();
    const approvalId = this.ids.approval('cmd');
    const approval: Approval = {
      ...{
        approvalId,
        sessionId,
        kind: 'cmd',
        text: 'rm -rf x',
        cwd: '/w',
        workspace: '/w',
        category: 'risk',
      },
      ...{ reasons: [], risk: null, scopes: ['once', 'session'], digest: `d-${approvalId}` },
      ...{ askedAt: at, expiresAt: at + 60_000, ...parts },
    };
    this.approvals.set(approvalId, approval);
    this.addRow(sessionId, { text: approval.text, approvalId, outcome: 'waiting' });
    this.tell({ approvals: [approval] });
    this.touch(sessionId, {});
    return approval;
  }

  settle(approvalId: ApprovalId, parts: Partial<SettledApproval & { requestKey: string }> = {}): void {
    const approval = this.approvals.get(approvalId);
    if (approval === undefined) return;
    const { sessionId } = approval;
    const settledAt = this.clock.nowMs();
    const settled = {
      approvalId,
      sessionId,
      outcome: 'allowed' as const,
      by: 'terminal',
      settledAt,
      ...parts,
    };
    this.approvals.delete(approvalId);
    this.settled.set(approvalId, settled);
    const index = this.rowsOf(sessionId).findIndex((row) => row.approvalId === approvalId);
    const outcome = settled.outcome === 'allowed' ? 'running' : 'rejected';
    if (index >= 0) this.changeRow(sessionId, index, { outcome, by: settled.by });
    this.tell({ settled: [settled] });
    this.touch(sessionId, {});
  }

  addRow(sessionId: SessionId, parts: Partial<TimelineRow> = {}): TimelineRow {
    const rows = this.rowsOf(sessionId);
    const index = rows.length;
    const changedSeq = this.#seq(sessionId);
    const row: TimelineRow = {
      ...{ index, rowId: `row-${index}`, changedSeq, at: this.clock.nowMs(), kind: 'command' },
      ...{ text: `echo ${index}`, isCut: false, outcome: 'running', ...parts },
    };
    rows.push(row);
    this.tellRow(sessionId, index);
    return row;
  }

  changeRow(sessionId: SessionId, index: number, parts: Partial<TimelineRow>): void {
    const rows = this.rowsOf(sessionId);
    const row = rows[index];
    if (row === undefined) return;
    rows[index] = { ...row, ...parts, changedSeq: this.#seq(sessionId) };
    this.tellRow(sessionId, index);
  }

  /** The history of a session is gone; it begins anew. */
  forget(sessionId: SessionId): void {
    this.rows.set(sessionId, []);
    this.#seqs.delete(sessionId);
  }

  /** What the engine would answer. */
  pageOf(sessionId: SessionId, filter: RowFilter, from: number, limit: number) {
    const rows = this.rowsOf(sessionId);
    const fitting = isEmptyFilter(filter) ? rows : rows.filter((row) => matchesRow(row, filter));
    const start = Math.max(0, Math.min(from, fitting.length));
    const counts = { all: rows.length, commands: 0, files: 0, network: 0, approvals: 0 };
    for (const { kind, approvalId } of rows) {
      if (kind === 'command') counts.commands += 1;
      if (kind === 'edit') counts.files += 1;
      if (kind === 'network') counts.network += 1;
      if (approvalId !== undefined) counts.approvals += 1;
    }
    return {
      ...{ rows: fitting.slice(start, start + limit), total: fitting.length, from: start, counts },
      lastSeq: this.#seqs.get(sessionId) ?? 0,
    };
  }

  rowsOf(sessionId: SessionId): TimelineRow[] {
    const rows = this.rows.get(sessionId);
    if (rows !== undefined) return rows;
    throw new Fault({ kind: 'peer', code: 'no-such-session', message: 'there is no such session' });
  }

  headsOf(sessionId: SessionId): SessionHead[] {
    const head = this.heads.get(sessionId);
    return head === undefined ? [] : [head];
  }

  #seq(sessionId: SessionId): number {
    const seq = (this.#seqs.get(sessionId) ?? 0) + 1;
    this.#seqs.set(sessionId, seq);
    return seq;
  }

  takeAnswer(params: {
    approvalId: string;
    digest?: string | undefined;
    requestKey: string;
    by: string;
    answer: ApprovalAnswer;
  }) {
    const { requestKey, by, digest, answer } = params;
    const approvalId = params.approvalId as ApprovalId;
    const approval = this.approvals.get(approvalId);
    const settled = this.settled.get(approvalId);
    if (settled !== undefined) {
      if (settled.requestKey === requestKey) return { result: 'accepted' as const, approvalId };
      return { result: 'already-settled' as const, approvalId, outcome: settled.outcome, by: settled.by };
    }
    if (approval === undefined) return { result: 'unknown' as const, approvalId };
    if (digest !== approval.digest)
      return { result: 'changed' as const, approvalId, digest: approval.digest };
    this.settle(approvalId, { outcome: answer.outcome, by, requestKey });
    return { result: 'accepted' as const, approvalId };
  }

  protected abstract tell(changed: Partial<NotificationInput<'overview/changed'>>): void;
  protected abstract tellRow(sessionId: SessionId, index: number): void;
}
