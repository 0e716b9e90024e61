import { RunId } from './ids.ts';
import { Verdict } from './step.ts';
import { z } from './zod.ts';

export const NetworkJudged = z.object({
  type: z.literal('network/judged'),
  runId: RunId.optional(),
  host: z.string(),
  port: z.int().min(1).max(65535),
  verdict: Verdict,
  rule: z.string(),
});
