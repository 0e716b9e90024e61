import type { Approval } from '../protocol/index.ts';
import { maskEvent } from '../replay/index.ts';

/** A question for lists: masked as the event that asks it is in every export. */
export function maskApproval(approval: Approval): Approval {
  const event = maskEvent({ seq: 0, at: approval.askedAt, type: 'approval/asked', ...approval });
  if (event.type !== 'approval/asked') return approval;
  const { seq: _seq, at: _at, type: _type, ...masked } = event;
  return masked;
}
