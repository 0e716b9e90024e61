import type { EventOf } from './event.ts';
import type { SettledApproval } from './session-head.ts';

/** Of a text that ran in place of another; many of them are told in one message. */
const MAX_EDITED_CHARS = 7900;

/** What an answer is told as, to those who look at the question later. */
export function settledAnswer({
  outcome,
  by,
  scope,
  feedback,
  editedText: text,
}: EventOf<'approval/answered'>): Omit<SettledApproval, 'approvalId' | 'sessionId' | 'settledAt'> {
  const left = (text?.length ?? 0) - MAX_EDITED_CHARS;
  const more = left > 0 ? ` … (${left} more characters)` : '';
  return {
    outcome,
    by,
    ...(scope !== undefined && { scope }),
    ...(feedback !== undefined && { feedback }),
    ...(text !== undefined && { editedText: text.slice(0, MAX_EDITED_CHARS) + more }),
  };
}
