/**
 * Holds the open questions. Promises: a question is settled once, by the first answer; an answer reaches only the
 * question whose id it names and only if the question is still what was shown; nothing is allowed by time passing, by
 * an error, or by the asker going away. It calls nobody: readers of the journal show the questions. Without it two
 * clients could settle one question differently, or a late answer could allow something that was never shown.
 */
import {
  type AnswerResult,
  type Approval,
  type ApprovalId,
  type ApprovalKind,
  type EventBody,
  type SessionId,
  toFault,
} from '../../protocol/index.ts';
import { type RuleToSave, refuseAnswer, ruleToSave } from './check-answer.ts';
import { overtakenEvent } from './overtaken-event.ts';
import { makeApproval, type Question } from './questions.ts';
import { requireRoom } from './require-room.ts';
import { resolveApprovalId } from './resolve-approval-id.ts';
import { SettledQuestions } from './settled-questions.ts';
import {
  type AnswerRequest,
  answeredEvent,
  type SavedRule,
  type Settlement,
  settlementOf,
} from './settlement.ts';
import { type TimerPorts, waitUntil } from './wait-until.ts';

export interface BrokerPorts extends TimerPorts {
  /** A fresh id that is not in the history. */
  makeApprovalId(kind: ApprovalKind): ApprovalId;
  /** Resolves after the commit. */
  append(sessionId: SessionId, bodies: readonly EventBody[]): Promise<unknown>;
  /**
   * Saves the line of an answer for always. Resolves when it holds, in open sessions too; throws a Fault where it cannot
   * be taken, and then nothing was answered.
   */
  saveRule(approval: Approval, rule: RuleToSave): Promise<SavedRule>;
}

interface OpenQuestion {
  readonly approval: Approval;
  readonly settle: (settlement: Settlement) => void;
  readonly fail: (cause: unknown) => void;
  readonly cancelTimer: () => void;
  /** While the line of an answer is being saved, others wait whether it counts. */
  saving: Promise<unknown> | undefined;
}

export class Broker {
  readonly #ports: BrokerPorts;
  readonly #open = new Map<ApprovalId, OpenQuestion>();
  readonly #settled = new SettledQuestions();

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
  }

  /** The open questions, oldest first. */
  list(): readonly Approval[] {
    return [...this.#open.values()].map((open) => open.approval);
  }

  /**
   * Opens a question and waits for its end. Rejects only when the history cannot be written, or too much waits already;
   * the caller refuses then.
   * `onAsked` is told the question once it is in the history.
   */
  async ask(question: Question, onAsked?: (approval: Approval) => void): Promise<Settlement> {
    requireRoom(this.list(), question);
    const approval = makeApproval(question, this.#ports.makeApprovalId(question.kind), this.#ports.nowMs());
    const settled = new Promise<Settlement>((settle, fail) => {
      const cancelTimer = this.#startExpiry(approval);
      this.#open.set(approval.approvalId, { approval, settle, fail, cancelTimer, saving: undefined });
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
    const approvalId = resolveApprovalId(request.approvalId, this.#open.keys(), this.#settled.ids());
    if (approvalId === null) return { result: 'unknown', approvalId: request.approvalId };
    let open = this.#open.get(approvalId);
    while (open?.saving !== undefined) open = await this.#afterSaving(open, open.saving);
    if (!open) return this.#settled.tell(approvalId, request.requestKey);
    const { approval } = open;
    if (request.digest !== undefined && request.digest !== approval.digest) {
      return { result: 'changed', approvalId, digest: approval.digest };
    }
    const refused = refuseAnswer(request.answer, approval);
    if (refused !== undefined) return refused;
    const rule = ruleToSave(request.answer, approval);
    if (rule === undefined) return this.#accept(open, request, undefined);
    const done = this.#saveFirst(open, request, rule);
    open.saving = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      open.saving = undefined;
    }
  }

  /** The line is saved before the answer counts; where it cannot be, nothing was answered. */
  async #saveFirst(open: OpenQuestion, request: AnswerRequest, rule: RuleToSave): Promise<AnswerResult> {
    const { approval } = open;
    const { approvalId } = approval;
    let saved: SavedRule;
    try {
      saved = await this.#ports.saveRule(approval, rule);
    } catch (cause) {
      const message = `the rule was not saved: ${toFault(cause).message}`;
      return { result: 'not-possible', approvalId, message };
    }
    // It may have expired, or its asker have gone, while the line was written.
    if (this.#open.get(approvalId) !== open) return this.#settled.tell(approvalId, request.requestKey);
    return this.#accept(open, request, saved);
  }

  async #accept(
    open: OpenQuestion,
    request: AnswerRequest,
    saved: SavedRule | undefined,
  ): Promise<AnswerResult> {
    const { approval } = open;
    await this.#settle(open, settlementOf(approval, request), answeredEvent(approval, request, saved));
    return { result: 'accepted', approvalId: approval.approvalId };
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

  /**
   * Rules that were changed decide a question in a person's place: whoever asked judges again. An answer whose line is
   * being saved goes first. `why` names the rule.
   */
  async overtake(approvalId: ApprovalId, verdict: 'allow' | 'refuse', why: string): Promise<void> {
    let open = this.#open.get(approvalId);
    while (open?.saving !== undefined) open = await this.#afterSaving(open, open.saving);
    if (open)
      await this.#settle(
        open,
        { outcome: 'overtaken', approvalId },
        overtakenEvent(open.approval, verdict, why),
      );
  }

  /** The question, if it is still open. Only for one that is saving: any other is settled without a pause in between. */
  async #afterSaving(
    { approval }: OpenQuestion,
    saving: Promise<unknown>,
  ): Promise<OpenQuestion | undefined> {
    await saving;
    return this.#open.get(approval.approvalId);
  }

  /** Withdraws every open question of a session. */
  async withdrawSession(sessionId: SessionId, reason: string): Promise<void> {
    const ofSession = this.list().filter((approval) => approval.sessionId === sessionId);
    await Promise.all(ofSession.map(({ approvalId }) => this.withdraw(approvalId, reason)));
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
    const answered = body.type === 'approval/answered' ? body : undefined;
    this.#settled.remember(approvalId, {
      outcome: answered?.outcome ?? (body.type === 'approval/expired' ? 'expired' : 'withdrawn'),
      by: answered?.by,
      requestKey: answered?.requestKey,
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
}
