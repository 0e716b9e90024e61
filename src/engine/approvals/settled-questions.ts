/** Settled questions are remembered, so that late answers are told who was first, and a resend what it was told before. */
import type { AnswerResult, ApprovalId } from '../../protocol/index.ts';

interface SettledQuestion {
  readonly outcome: 'allowed' | 'rejected' | 'edited' | 'withdrawn' | 'expired';
  readonly by?: string | undefined;
  readonly requestKey?: string | undefined;
}

const REMEMBERED = 10_000;

export class SettledQuestions {
  readonly #settled = new Map<ApprovalId, SettledQuestion>();

  remember(approvalId: ApprovalId, settled: SettledQuestion): void {
    this.#settled.set(approvalId, settled);
    if (this.#settled.size <= REMEMBERED) return;
    const oldest = this.#settled.keys().next();
    if (!oldest.done) this.#settled.delete(oldest.value);
  }

  ids(): Iterable<ApprovalId> {
    return this.#settled.keys();
  }

  /** What a late answer is told. */
  tell(approvalId: ApprovalId, requestKey: string): AnswerResult {
    const settled = this.#settled.get(approvalId);
    if (!settled) return { result: 'unknown', approvalId };
    if (settled.requestKey === requestKey) return { result: 'accepted', approvalId };
    return { result: 'already-settled', approvalId, outcome: settled.outcome, by: settled.by };
  }
}
