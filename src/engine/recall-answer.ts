import { type AnswerResult, ApprovalId } from '../protocol/index.ts';
import type { AnswerRequest } from './approvals/index.ts';
import type { HistoryReader } from './history/index.ts';

/**
 * The result of an answer to a question that this engine does not know any more, such as one of the engine before: a
 * resend is told that it was taken, another answer who was first. Undefined where the history does not tell.
 */
export function recallAnswer(reader: HistoryReader, request: AnswerRequest): AnswerResult | undefined {
  const id = ApprovalId.safeParse(request.approvalId.toLowerCase());
  const place = id.success ? reader.findApproval(id.data) : undefined;
  if (!id.success || place === undefined) return undefined;
  const approvalId = id.data;
  const [settled] = reader.selectEvents(place.sessionId, {
    types: ['approval/answered', 'approval/withdrawn', 'approval/expired'],
    from: place.seq,
    having: { field: 'approvalId', value: approvalId },
    limit: 1,
  });
  switch (settled?.type) {
    case 'approval/answered': {
      const { outcome, by, requestKey } = settled;
      if (requestKey === request.requestKey) return { result: 'accepted', approvalId };
      return { result: 'already-settled', approvalId, outcome, by };
    }
    case 'approval/withdrawn':
      return { result: 'already-settled', approvalId, outcome: 'withdrawn' };
    case 'approval/expired':
      return { result: 'already-settled', approvalId, outcome: 'expired' };
    default:
      return undefined;
  }
}
