import { EditFile } from './edit.ts';
import { GrantId, RunId, StepId } from './ids.ts';
import { EnforcedAccess, Facts, Judgement, RunOutcome, Step } from './step.ts';
import { z } from './zod.ts';

export const StepProposed = Step.extend({ type: z.literal('step/proposed') });

/** Once at the split as a preview, and for every run when it is held, for good. */
export const StepJudged = Judgement.extend({
  type: z.literal('step/judged'),
  stepId: StepId,
  runId: RunId.optional(),
  /** What really would run, where the kernel holds it; the step's own words else. */
  argv: z.array(z.string()).optional(),
  /** The live grant that answered, when one did. */
  grantId: GrantId.optional(),
  facts: Facts,
  /** Digest of the `config/snapshot` it was judged under. */
  snapshot: z.string(),
});
export const StepStarted = z.object({
  type: z.literal('step/started'),
  stepId: StepId,
  runId: RunId,
  access: EnforcedAccess.optional(),
});
/** One captured stream of a run. `sha256` is over everything that was stored, masked. */
export const CapturedStream = z.object({
  sha256: z.string(),
  storedBytes: z.int().min(0),
  /** Bytes that the program wrote, stored or not. */
  totalBytes: z.int().min(0),
});
export type CapturedStream = z.infer<typeof CapturedStream>;
export const StepFinished = z.object({
  type: z.literal('step/finished'),
  stepId: StepId,
  runId: RunId,
  outcome: RunOutcome,
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  feedback: z.string().optional(),
  output: z.object({ stdout: CapturedStream, stderr: CapturedStream }).optional(),
});
export const EditProposed = z.object({
  type: z.literal('edit/proposed'),
  stepId: StepId,
  files: z.array(EditFile),
});
export const EditApplied = z.object({
  type: z.literal('edit/applied'),
  stepId: StepId,
  files: z.array(z.object({ path: z.string(), sha256: z.string().optional() })),
});
/** The wall stopped a call and nobody was asked. */
export const WallDenied = z.object({
  type: z.literal('wall/denied'),
  stepId: StepId.optional(),
  runId: RunId.optional(),
  op: z.enum(['read', 'write', 'connect', 'exec', 'other']),
  path: z.string().optional(),
  host: z.string().optional(),
  /** Why nobody was asked, or which entry decided. */
  rule: z.string(),
});
