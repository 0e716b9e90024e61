import { Approval } from './approval.ts';
import { AccessGrant, Grant, GrantScope } from './grant.ts';
import { ApprovalId, GrantId } from './ids.ts';
import { z } from './zod.ts';

export const ApprovalAsked = Approval.omit({ sessionId: true }).extend({ type: z.literal('approval/asked') });
export const ApprovalAnswered = z.object({
  type: z.literal('approval/answered'),
  approvalId: ApprovalId,
  outcome: z.enum(['allowed', 'rejected', 'edited']),
  /** Who answered: `terminal:<pid>`, `cli`, `page`, `guardian`, `grant:<id>` … */
  by: z.string(),
  scope: GrantScope.optional(),
  feedback: z.string().optional(),
  /** Of kind `perm`: the part that was granted. */
  granted: AccessGrant.optional(),
  /** The line that was saved, and where. */
  saved: z.object({ line: z.string(), file: z.string() }).optional(),
  /** Where the text was edited: what takes its place. */
  editedText: z.string().optional(),
  /** The key of the request, so that a resend is told the same. */
  requestKey: z.string(),
});
/** The asker is gone. */
export const ApprovalWithdrawn = z.object({
  type: z.literal('approval/withdrawn'),
  approvalId: ApprovalId,
  reason: z.string(),
});
export const ApprovalExpired = z.object({ type: z.literal('approval/expired'), approvalId: ApprovalId });
export const GrantAdded = z.object({ type: z.literal('grant/added'), grant: Grant });
export const GrantEnded = z.object({
  type: z.literal('grant/ended'),
  grantId: GrantId,
  reason: z.enum(['revoked', 'expired', 'used', 'scope-ended']),
  by: z.string(),
});
