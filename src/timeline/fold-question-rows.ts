import type { ApprovalId, GrantId, ReviewId } from '../protocol/index.ts';
import { type StepRows, shortRisk } from './fold-step-rows.ts';
import type { RowBook, RowChange } from './row-book.ts';
import type { RowEvent, RowEventOf } from './row-event.ts';
import { cutNote, describeGrant } from './row-texts.ts';

const END_WORDS = {
  expired: 'its time was over',
  used: 'used up',
  'scope-ended': 'what it was given for has ended',
} as const;

function noteOfSource(approvalId: string): string {
  return `from ${approvalId}`;
}

/**
 * Questions, what came of them, and what they gave. The first question of a run is told in the row of the run; every
 * other one has a row of its own.
 */
export class QuestionRows {
  readonly #book: RowBook;
  readonly #steps: StepRows;
  readonly #questions = new Map<ApprovalId, number>();
  readonly #grants = new Map<GrantId, { readonly index: number; readonly source: string }>();
  readonly #reviews = new Map<ReviewId, number>();

  constructor(book: RowBook, steps: StepRows) {
    this.#book = book;
    this.#steps = steps;
  }

  asked(event: RowEventOf<'approval/asked'>): void {
    const { approvalId, stepId, runId, text } = event;
    const index = this.#rowOfRun(event);
    const reason = event.reasons.at(-1)?.text;
    const said = {
      text,
      approvalId,
      outcome: 'waiting',
      risk: shortRisk(event.risk),
      ...(reason !== undefined && { note: cutNote(reason) }),
    } as const;
    if (index !== undefined) {
      this.#book.change(event, index, said);
      this.#questions.set(approvalId, index);
      return;
    }
    const own = this.#book.add(event, {
      rowId: approvalId,
      kind: 'approval',
      ...said,
      ...(stepId !== undefined && { stepId }),
      ...(runId !== undefined && { runId }),
    });
    this.#questions.set(approvalId, own);
    if (runId !== undefined && this.#steps.isNewCall(runId)) this.#steps.tie(runId, own);
  }

  /** The row that the question belongs into, if there is one that has none yet. */
  #rowOfRun(event: RowEventOf<'approval/asked'>): number | undefined {
    const { stepId, runId } = event;
    if (stepId === undefined || runId === undefined || this.#steps.isNewCall(runId)) return undefined;
    const index = this.#steps.runRow(event, stepId, runId, 'waiting');
    return this.#steps.takesQuestion(index) ? index : undefined;
  }

  answered(event: RowEventOf<'approval/answered'>): void {
    const { outcome, by, scope, feedback } = event;
    this.#settle(event, {
      outcome,
      by: cutNote(by),
      ...(scope !== undefined && { scope }),
      ...(feedback !== undefined && feedback !== '' && { feedback: cutNote(feedback) }),
    });
  }

  withdrawn(event: RowEventOf<'approval/withdrawn'>): void {
    this.#settle(event, { outcome: 'withdrawn', note: cutNote(event.reason) });
  }

  expired(event: RowEventOf<'approval/expired'>): void {
    this.#settle(event, { outcome: 'expired' });
  }

  #settle(event: RowEvent & { readonly approvalId: ApprovalId }, change: RowChange): void {
    const index = this.#questions.get(event.approvalId);
    if (index !== undefined) this.#book.change(event, index, change);
  }

  granted(event: RowEventOf<'grant/added'>): void {
    const { grant } = event;
    const { grantId, scope, stepId, source } = grant;
    const index = this.#book.add(event, {
      rowId: grantId,
      kind: 'grant',
      text: describeGrant(grant),
      note: noteOfSource(source.approvalId),
      outcome: 'allowed',
      scope,
      by: cutNote(source.by),
      grantId,
      ...(stepId !== undefined && { stepId }),
    });
    this.#grants.set(grantId, { index, source: source.approvalId });
  }

  grantEnded(event: RowEventOf<'grant/ended'>): void {
    const grant = this.#grants.get(event.grantId);
    if (grant === undefined) return;
    const words = event.reason === 'revoked' ? `revoked by ${event.by}` : END_WORDS[event.reason];
    const note = cutNote(`${noteOfSource(grant.source)}; ${words}`);
    this.#book.change(event, grant.index, { outcome: 'ended', note, endedAt: event.at });
  }

  reviewStarted(event: RowEventOf<'review/started'>): void {
    const index = this.#book.add(event, {
      rowId: event.reviewId,
      kind: 'review',
      text: `review of ${event.approvalId}`,
      note: cutNote(event.reviewer),
      outcome: 'running',
      startedAt: event.at,
    });
    this.#reviews.set(event.reviewId, index);
  }

  reviewFinished(event: RowEventOf<'review/finished'>): void {
    const { reviewId, status, riskScore, riskLevel, rationale } = event.review;
    const index = this.#reviews.get(reviewId);
    if (index === undefined) return;
    const isDecided = status === 'approved' || status === 'denied';
    const decided = status === 'approved' ? 'allowed' : 'rejected';
    this.#book.change(event, index, {
      text: `review of ${event.approvalId}: ${rationale}`,
      outcome: isDecided ? decided : 'review-failed',
      risk: riskScore === null || riskLevel === null ? null : { score: riskScore, level: riskLevel },
      endedAt: event.at,
    });
  }
}
