/**
 * Holds the open questions. Promises: a question is settled once, by the first answer; an answer reaches only the
 * question whose id it names and only if the question is still what was shown; nothing is allowed by time passing, by
 * an error, or by the asker going away. It calls nobody: readers of the journal show the questions. Without it two
 * clients could settle one question differently, or a late answer could allow something that was never shown.
 */
import {
  type AnswerResult,
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  type ApprovalKind,
  type EventBody,
  Fault,
  type SessionId,
} from '../../protocol/index.ts';
import { makeApproval, type Question } from './questions.ts';
import { type TimerPorts, waitUntil } from './wait-until.ts';

/** How a question ended. Only `allowed` lets anything happen. */
export type Settlement =
  | {
      readonly outcome: 'allowed';
      readonly approvalId: ApprovalId;
      readonly by: string;
      readonly answer: Extract<ApprovalAnswer, { outcome: 'allowed' }>;
    }
  | {
      readonly outcome: 'rejected';
      readonly approvalId: ApprovalId;
      readonly by: string;
      readonly feedback?: string | undefined;
      readonly stopTurn: boolean;
    }
  | { readonly outcome: 'expired'; readonly approvalId: ApprovalId }
  | { readonly outcome: 'withdrawn'; readonly approvalId: ApprovalId; readonly reason: string };

export interface BrokerPorts extends TimerPorts {
  /** A fresh id that is not in the history. */
  makeApprovalId(kind: ApprovalKind): ApprovalId;
  /** Resolves after the commit. */
  append(sessionId: SessionId, bodies: readonly EventBody[]): Promise<unknown>;
}

export interface AnswerRequest {
  readonly approvalId: string;
  readonly digest?: string | undefined;
  readonly requestKey: string;
  readonly by: string;
  readonly answer: ApprovalAnswer;
}

interface OpenQuestion {
  readonly approval: Approval;
  readonly settle: (settlement: Settlement) => void;
  readonly fail: (cause: unknown) => void;
  readonly cancelTimer: () => void;
}

interface SettledQuestion {
  readonly outcome: 'allowed' | 'rejected' | 'withdrawn' | 'expired';
  readonly by?: string | undefined;
  readonly requestKey?: string | undefined;
}

/** Settled questions are remembered, so that late answers are told who was first. */
const REMEMBERED_SETTLEMENTS = 10_000;

export class Broker {
  readonly #ports: BrokerPorts;
  readonly #open = new Map<ApprovalId, OpenQuestion>();
  readonly #settled = new Map<ApprovalId, SettledQuestion>();

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
  }

  /** The open questions, oldest first. */
  list(): readonly Approval[] {
    return [...this.#open.values()].map((open) => open.approval);
  }

  /**
   * Opens a question and waits for its end. Rejects only when the history cannot be written; the caller refuses then.
   * `onAsked` is told the question once it is in the history.
   */
  async ask(question: Question, onAsked?: (approval: Approval) => void): Promise<Settlement> {
    const approval = makeApproval(question, this.#ports.makeApprovalId(question.kind), this.#ports.nowMs());
    const settled = new Promise<Settlement>((settle, fail) => {
      const cancelTimer = this.#startExpiry(approval);
      this.#open.set(approval.approvalId, { approval, settle, fail, cancelTimer });
    });
    // A failure below must not surface twice: once here, once as an unhandled rejection.
    settled.catch(() => undefined);
    const { sessionId, ...asked } = approval;
    try {
      await this.#ports.append(sessionId, [{ type: 'approval/asked', ...asked }]);
    } catch (cause) {
      this.#forget(approval.approvalId);
      throw cause;
    }
    onAsked?.(approval);
    return settled;
  }

  /** Settles a question. Never throws for a bad id or a late answer: those are results. */
  async answer(request: AnswerRequest): Promise<AnswerResult> {
    const approvalId = this.#resolveId(request.approvalId);
    if (approvalId === null) return { result: 'unknown', approvalId: request.approvalId };
    const open = this.#open.get(approvalId);
    if (!open) return this.#answerSettled(approvalId, request);
    const { approval } = open;
    if (request.digest !== undefined && request.digest !== approval.digest) {
      return { result: 'changed', approvalId, digest: approval.digest };
    }
    const { answer } = request;
    if (answer.outcome === 'allowed' && !isOffered(answer, approval)) {
      return { result: 'scope-not-offered', approvalId, scopes: approval.scopes };
    }
    const settlement: Settlement =
      answer.outcome === 'allowed'
        ? { outcome: 'allowed', approvalId, by: request.by, answer }
        : {
            outcome: 'rejected',
            approvalId,
            by: request.by,
            feedback: answer.outcome === 'rejected' ? answer.feedback : undefined,
            stopTurn: answer.outcome === 'rejected' && (answer.stopTurn ?? false),
          };
    await this.#settle(open, settlement, {
      type: 'approval/answered',
      approvalId,
      outcome: answer.outcome,
      by: request.by,
      requestKey: request.requestKey,
      ...(answer.outcome === 'allowed' && { scope: answer.scope }),
      ...(answer.outcome === 'rejected' && answer.feedback !== undefined && { feedback: answer.feedback }),
    });
    return { result: 'accepted', approvalId };
  }

  /** The asker is gone: nobody needs to answer any more. */
  async withdraw(approvalId: ApprovalId, reason: string): Promise<void> {
    const open = this.#open.get(approvalId);
    if (!open) return;
    await this.#settle(
      open,
      { outcome: 'withdrawn', approvalId, reason },
      { type: 'approval/withdrawn', approvalId, reason },
    );
  }

  /** Withdraws every open question of a session. */
  async withdrawSession(sessionId: SessionId, reason: string): Promise<void> {
    const ids = this.list().filter((approval) => approval.sessionId === sessionId);
    await Promise.all(ids.map((approval) => this.withdraw(approval.approvalId, reason)));
  }

  #startExpiry({ approvalId, expiresAt }: Approval): () => void {
    return waitUntil(this.#ports, expiresAt, () => {
      const open = this.#open.get(approvalId);
      if (!open) return;
      this.#settle(open, { outcome: 'expired', approvalId }, { type: 'approval/expired', approvalId }).catch(
        () => undefined,
      );
    });
  }

  /** Decided in memory before anything is awaited, so that a second answer can never win. */
  async #settle(open: OpenQuestion, settlement: Settlement, body: EventBody): Promise<void> {
    const { approvalId, sessionId } = open.approval;
    this.#forget(approvalId);
    this.#remember(approvalId, {
      outcome: settlement.outcome,
      by: 'by' in settlement ? settlement.by : undefined,
      requestKey: body.type === 'approval/answered' ? body.requestKey : undefined,
    });
    try {
      await this.#ports.append(sessionId, [body]);
    } catch (cause) {
      open.fail(cause);
      throw cause;
    }
    open.settle(settlement);
  }

  #forget(approvalId: ApprovalId): void {
    this.#open.get(approvalId)?.cancelTimer();
    this.#open.delete(approvalId);
  }

  #remember(approvalId: ApprovalId, settled: SettledQuestion): void {
    this.#settled.set(approvalId, settled);
    if (this.#settled.size <= REMEMBERED_SETTLEMENTS) return;
    const oldest = this.#settled.keys().next();
    if (!oldest.done) this.#settled.delete(oldest.value);
  }

  #answerSettled(approvalId: ApprovalId, request: AnswerRequest): AnswerResult {
    const settled = this.#settled.get(approvalId);
    if (!settled) return { result: 'unknown', approvalId: request.approvalId };
    if (settled.requestKey === request.requestKey) return { result: 'accepted', approvalId };
    return { result: 'already-settled', approvalId, outcome: settled.outcome, by: settled.by };
  }

  /** The id itself, or the only open question whose id begins so; settled ones by their whole id only. */
  #resolveId(typed: string): ApprovalId | null {
    const text = typed.toLowerCase();
    for (const known of [...this.#open.keys(), ...this.#settled.keys()]) if (known === text) return known;
    const open = [...this.#open.keys()].filter(
      (id) => id.startsWith(text) || id.slice(id.indexOf('-') + 1).startsWith(text),
    );
    if (open.length > 1) {
      throw new Fault({
        kind: 'user',
        code: 'ambiguous-approval-id',
        message: `"${typed}" begins more than one waiting approval: ${open.join(', ')}`,
        hint: 'type more of the ID',
      });
    }
    return open[0] ?? null;
  }
}

function isOffered(answer: Extract<ApprovalAnswer, { outcome: 'allowed' }>, approval: Approval): boolean {
  // Nothing critical is ever allowed more than once, whatever was offered.
  if (approval.risk?.level === 'critical') return answer.scope === 'once';
  if (answer.scope === 'until' && answer.untilMs === undefined) return false;
  return answer.scope === 'once' || approval.scopes.includes(answer.scope);
}
