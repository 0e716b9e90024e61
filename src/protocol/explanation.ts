import { Judgement, Verdict } from './step.ts';
import { z } from './zod.ts';

/** Something of the configuration that had a part in a verdict. */
export const ExplainedCause = z.object({
  kind: z.enum(['rule', 'profile-entry', 'key', 'built-in']),
  /** A sentence. */
  text: z.string(),
  /** The key of the configuration, for `key`. */
  key: z.string().optional(),
  /** `file:line`, the flag as typed, or the layer. */
  place: z.string().optional(),
});
export type ExplainedCause = z.infer<typeof ExplainedCause>;

/** A change that gives another verdict: found by judging once more with that change. */
export const Alternative = z.object({ change: z.string(), verdict: Verdict });
export type Alternative = z.infer<typeof Alternative>;

/** Why a run was judged as it was. */
export const Explanation = z.object({
  judgement: Judgement,
  /** What the session may reach, as sentences. */
  access: z.array(z.string()),
  causes: z.array(ExplainedCause),
  alternatives: z.array(Alternative),
});
export type Explanation = z.infer<typeof Explanation>;
