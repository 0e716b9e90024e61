import { z } from './zod.ts';

export const RiskLevel = z.enum(['low', 'medium', 'high', 'critical']);
export type RiskLevel = z.infer<typeof RiskLevel>;

export const RiskFamily = z.enum([
  'destroys',
  'leaks',
  'escalates',
  'persists',
  'fetches-and-runs',
  'hides',
  'touches-remote',
]);
export type RiskFamily = z.infer<typeof RiskFamily>;

/** One observation that moved the score; `text` is a sentence, `quote` the part of the command it is about. */
export const RiskEvidence = z.object({
  family: RiskFamily,
  score: z.int().min(0).max(10),
  text: z.string(),
  quote: z.string().optional(),
});
export type RiskEvidence = z.infer<typeof RiskEvidence>;

/** 0-2 low, 3-5 medium, 6-8 high, 9-10 critical. `null` in its place means "not assessed", never "no risk". */
export const Risk = z.object({
  score: z.int().min(0).max(10),
  level: RiskLevel,
  rationale: z.string(),
  evidence: z.array(RiskEvidence).max(16),
});
export type Risk = z.infer<typeof Risk>;

/** The level a score belongs to. */
export function riskLevelOf(score: number): RiskLevel {
  if (score >= 9) return 'critical';
  if (score >= 6) return 'high';
  if (score >= 3) return 'medium';
  return 'low';
}
