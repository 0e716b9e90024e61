import { AccessGrant, GrantScope } from './grant.ts';
import { ApprovalId, ApprovalKind, RunId, SessionId, StepId } from './ids.ts';
import { Risk } from './risk.ts';
import { Reason, StepCategory } from './step.ts';
import { z } from './zod.ts';

/** A question to a person. `digest` is over everything shown; an answer must carry it. */
export const Approval = z.object({
  approvalId: ApprovalId,
  sessionId: SessionId,
  stepId: StepId.optional(),
  runId: RunId.optional(),
  kind: ApprovalKind,
  text: z.string(),
  argv: z.array(z.string()).optional(),
  cwd: z.string(),
  /** The folder of the session, to tell sessions apart. */
  workspace: z.string(),
  category: StepCategory,
  reasons: z.array(Reason),
  risk: Risk.nullable(),
  grant: AccessGrant.optional(),
  /** The scopes that an answer may have; `once` always, and alone when the risk is critical. */
  scopes: z.array(GrantScope),
  digest: z.string(),
  askedAt: z.int(),
  expiresAt: z.int(),
});
export type Approval = z.infer<typeof Approval>;

export const AllowAnswer = z.strictObject({
  outcome: z.literal('allowed'),
  scope: GrantScope,
  /** For `until`: epoch ms. */
  untilMs: z.int().optional(),
  match: z.enum(['exact', 'prefix']).optional(),
});
export const RejectAnswer = z.strictObject({
  outcome: z.literal('rejected'),
  /** Reaches the asking program; at most 4,000 characters. */
  feedback: z.string().max(4000).optional(),
  /** Ends the turn too. */
  stopTurn: z.boolean().optional(),
});
export const ApprovalAnswer = z.discriminatedUnion('outcome', [AllowAnswer, RejectAnswer]);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

/** What came of an answer: the first one counts. */
export const AnswerResult = z.discriminatedUnion('result', [
  z.object({ result: z.literal('accepted'), approvalId: ApprovalId }),
  z.object({
    result: z.literal('already-settled'),
    approvalId: ApprovalId,
    outcome: z.enum(['allowed', 'rejected', 'withdrawn', 'expired']),
    by: z.string().optional(),
  }),
  z.object({ result: z.literal('changed'), approvalId: ApprovalId, digest: z.string() }),
  z.object({ result: z.literal('unknown'), approvalId: z.string() }),
  z.object({ result: z.literal('scope-not-offered'), approvalId: ApprovalId, scopes: z.array(GrantScope) }),
]);
export type AnswerResult = z.infer<typeof AnswerResult>;
