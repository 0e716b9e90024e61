/** How a question ends: what an answer says, what whoever asked gets of it, and what the history keeps. */
import type { AccessGrant, Approval, ApprovalAnswer, ApprovalId, EventBody } from '../../protocol/index.ts';

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

/** What an answer settles, for whoever asked. */
export function settlementOf(approval: Approval, { by, answer }: AnswerRequest): Settlement {
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

/** The same for the history; `saved` is the line that an answer for always has put down. */
export function answeredEvent(
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
