/**
 * Holds the open questions. Promises: a question is settled once, by the first answer; an answer reaches only the
 * question whose id it names and only if the question is still what was shown; nothing is allowed by time passing, by
 * an error, or by the asker going away. It calls nobody: readers of the journal show the questions. Without it two
 * clients could settle one question differently, or a late answer could allow something that was never shown.
 */
import {
  type AccessGrant,
  type AnswerResult,
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  type ApprovalKind,
  type EditFile,
  type EventBody,
  Fault,
  type SessionId,
  toFault,
} from '../../protocol/index.ts';
import { type RuleToSave, refuseAnswer, ruleToSave } from './check-answer.ts';
import { makeApproval, type Question } from './questions.ts';
import { SettledQuestions } from './settled-questions.ts';
import { type TimerPorts, waitUntil } from './wait-until.ts';

/** How a question ended. Only `allowed` lets anything happen. */
export type Settlement =
  | {
      readonly outcome: 'allowed';
      readonly approvalId: ApprovalId;
      readonly by: string;
      readonly answer: Extract<ApprovalAnswer, { outcome: 'allowed' }>;
      /** What a yes opens: of a request for more access perhaps a part. */
      readonly access: AccessGrant | undefined;
    }
  | {
      readonly outcome: 'rejected';
      readonly approvalId: ApprovalId;
      readonly by: string;
      readonly feedback?: string | undefined;
      readonly stopTurn: boolean;
      readonly scope: 'once' | 'session' | 'always';
    }
  /** Nothing of it runs as asked; `text` is to be judged in its place. */
  | {
      readonly outcome: 'edited';
      readonly approvalId: ApprovalId;
      readonly by: string;
      readonly text: string;
    }
  | { readonly outcome: 'expired'; readonly approvalId: ApprovalId }
  /** The rules have changed and decide it in a person's place: it is to be judged again. */
  | { readonly outcome: 'overtaken'; readonly approvalId: ApprovalId }
  | { readonly outcome: 'withdrawn'; readonly approvalId: ApprovalId; readonly reason: string };

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

export interface SavedRule {
  readonly line: string;
  readonly file: string;
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
  /** While the line of an answer is being saved, others wait whether it counts. */
  saving: Promise<unknown> | undefined;
}

/**
 * Characters of all diffs that wait, in JSON. Every client is told all open questions in one message; with more of them
 * nobody could be told anything, and so answer nothing.
 */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

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
    this.#requireRoom(question);
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

  #requireRoom({ files }: Question): void {
    if (files === undefined) return;
    const waiting = this.list().map((approval) => sizeOf(approval.files));
    if (waiting.reduce((sum, size) => sum + size, sizeOf(files)) <= MAX_WAITING_CHARS) return;
    throw new Fault({
      kind: 'user',
      code: 'too-much-waits',
      message: 'too many large changes wait for an answer already: one of them must be answered first',
    });
  }

  /** Settles a question. Never throws for a bad id or a late answer: those are results. */
  async answer(request: AnswerRequest): Promise<AnswerResult> {
    const approvalId = this.#resolveId(request.approvalId);
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
      await this.#settle(open, { outcome: 'overtaken', approvalId }, overtakenEvent(open, verdict, why));
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

  /** The id itself, or the only open question whose id begins so; settled ones by their whole id only. */
  #resolveId(typed: string): ApprovalId | null {
    const text = typed.toLowerCase();
    for (const known of [...this.#open.keys(), ...this.#settled.ids()]) if (known === text) return known;
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

function settlementOf(approval: Approval, { by, answer }: AnswerRequest): Settlement {
  const { approvalId } = approval;
  switch (answer.outcome) {
    case 'allowed':
      return { outcome: 'allowed', approvalId, by, answer, access: answer.granted ?? approval.grant };
    case 'rejected': {
      const { feedback, stopTurn = false, scope = 'once' } = answer;
      return { outcome: 'rejected', approvalId, by, feedback, stopTurn, scope };
    }
    case 'edited':
      return { outcome: 'edited', approvalId, by, text: answer.text };
  }
}

function answeredEvent(
  { approvalId }: Approval,
  { by, requestKey, answer }: AnswerRequest,
  saved: SavedRule | undefined,
): EventBody {
  const head = { type: 'approval/answered' as const, approvalId, outcome: answer.outcome, by, requestKey };
  if (answer.outcome === 'edited') return { ...head, editedText: answer.text };
  const kept = saved === undefined ? {} : { saved: { line: saved.line, file: saved.file } };
  if (answer.outcome === 'allowed') {
    const { scope, granted } = answer;
    return { ...head, scope, ...(granted !== undefined && { granted }), ...kept };
  }
  const { scope = 'once', feedback } = answer;
  return {
    ...head,
    ...(scope !== 'once' && { scope }),
    ...(feedback !== undefined && { feedback }),
    ...kept,
  };
}

/** What is allowed by rules has an answer, and goes on; what is refused by them needs none any more. */
function overtakenEvent(
  { approval: { approvalId, digest } }: OpenQuestion,
  verdict: 'allow' | 'refuse',
  why: string,
): EventBody {
  if (verdict === 'refuse')
    return { type: 'approval/withdrawn', approvalId, reason: `refused now: ${why.replace(/\.$/, '')}` };
  const requestKey = `rule:${digest}`;
  return { type: 'approval/answered', approvalId, outcome: 'allowed', by: 'rule', feedback: why, requestKey };
}

function sizeOf(files: readonly EditFile[] | undefined): number {
  return (files ?? []).reduce((sum, { patch }) => sum + JSON.stringify(patch).length, 0);
}
