import { ApprovalId, ReviewId } from './ids.ts';
import { RiskLevel } from './risk.ts';
import { z } from './zod.ts';

export const Review = z.object({
  reviewId: ReviewId,
  status: z.enum(['approved', 'denied', 'timedOut', 'aborted', 'failed']),
  riskScore: z.int().min(0).max(10).nullable(),
  riskLevel: RiskLevel.nullable(),
  userAuthorization: z.enum(['none', 'low', 'medium', 'high']).nullable(),
  rationale: z.string(),
});
export type Review = z.infer<typeof Review>;

export const ReviewStarted = z.object({
  type: z.literal('review/started'),
  approvalId: ApprovalId,
  reviewId: ReviewId,
  reviewer: z.string(),
});
export const ReviewFinished = z.object({
  type: z.literal('review/finished'),
  approvalId: ApprovalId,
  review: Review,
});
