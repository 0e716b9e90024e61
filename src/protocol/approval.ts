import { EditFile } from './edit.ts';
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
  /** Of kind `edit`, when files are proposed to be changed: what is applied after a yes, all or nothing. */
  files: z.array(EditFile).optional(),
  /** Of kind `perm`: what was asked for. An answer may grant a part of it. */
  requested: AccessGrant.optional(),
  /** Who asks, as in its step; behind the name of its agent where that has delegated something to it. */
  agentName: z.string().optional(),
  /** What the asking agent gave as its reason. */
  agentReason: z.string().optional(),
  /** The lines that an answer for always would save, and the file. Absent: always is not offered. */
  always: z
    .object({ allow: z.string().optional(), forbid: z.string().optional(), file: z.string() })
    .optional(),
  /** A person may change the text and allow that instead: it is split and judged anew under a new id. */
  isEditable: z.boolean().optional(),
  /** The scopes that an answer may have; `once` always, and alone when the risk is critical. */
  scopes: z.array(GrantScope),
  /** How long a no may count. Absent: once. */
  rejectScopes: z.array(z.enum(['once', 'session', 'always'])).optional(),
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
  /** For a question of kind `perm`: the part of what was asked for that is granted; absent: all of it. */
  granted: AccessGrant.optional(),
  /** For `always`: the line to save, as it was shown. */
  rule: z.string().max(8000).optional(),
});
export const RejectAnswer = z.strictObject({
  outcome: z.literal('rejected'),
  /** Reaches the asking program; at most 4,000 characters. */
  feedback: z.string().max(4000).optional(),
  /** Ends the turn too. */
  stopTurn: z.boolean().optional(),
  /** `session`: the same is refused without a question from here on; `always`: a forbidden line is saved. */
  scope: z.enum(['once', 'session', 'always']).optional(),
  /** For `always`: the line to save, as it was shown. */
  rule: z.string().max(8000).optional(),
});
/** The text is not run as asked; this one is split, judged and asked about in its place. */
export const EditAnswer = z.strictObject({
  outcome: z.literal('edited'),
  text: z.string().min(1).max(65_536),
});
export const ApprovalAnswer = z.discriminatedUnion('outcome', [AllowAnswer, RejectAnswer, EditAnswer]);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

/** What came of an answer: the first one counts. */
export const AnswerResult = z.discriminatedUnion('result', [
  z.object({ result: z.literal('accepted'), approvalId: ApprovalId }),
  z.object({
    result: z.literal('already-settled'),
    approvalId: ApprovalId,
    outcome: z.enum(['allowed', 'rejected', 'edited', 'withdrawn', 'expired']),
    by: z.string().optional(),
  }),
  z.object({ result: z.literal('changed'), approvalId: ApprovalId, digest: z.string() }),
  z.object({ result: z.literal('unknown'), approvalId: z.string() }),
  z.object({ result: z.literal('scope-not-offered'), approvalId: ApprovalId, scopes: z.array(GrantScope) }),
  /** The line, the part or the text of the answer cannot be taken; the question stays open. */
  z.object({ result: z.literal('not-possible'), approvalId: ApprovalId, message: z.string() }),
]);
export type AnswerResult = z.infer<typeof AnswerResult>;
