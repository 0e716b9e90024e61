/** Explains a judgement: what led to it, and what would have to change for another one. */
import type { ConfigSnapshot, Facts, Judgement, StepDraft } from '../protocol/index.ts';
import { explainAccess } from './explain-access.ts';
import { type ExplainedCause, explainCauses, type KeyOrigins } from './explain-causes.ts';
import { type Alternative, findAlternatives } from './find-alternatives.ts';
import { type JudgeOptions, judgeStep } from './judge-step.ts';
import { withoutWall } from './judge-wall.ts';

/** A judgement with everything that led to it. */
export interface Explanation {
  readonly judgement: Judgement;
  /** What the session may reach, as sentences. */
  readonly access: readonly string[];
  readonly causes: readonly ExplainedCause[];
  readonly alternatives: readonly Alternative[];
}

export interface ExplainOptions extends JudgeOptions {
  /** Where each key comes from, by its name as in the file. */
  readonly origins?: KeyOrigins;
}

/**
 * The judgement on a step with its causes, each with its place, and the single changes that give another verdict, each
 * found by judging once more.
 */
export function explainStep(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  { origins = {}, ...options }: ExplainOptions = {},
): Explanation {
  const judgement = judgeStep(step, snapshot, facts, options);
  const inForce = facts.isUnwalled === true ? withoutWall(snapshot) : snapshot;
  return {
    judgement,
    access: explainAccess(inForce, options.access),
    causes: explainCauses({ step, snapshot, facts, judgement, origins }),
    alternatives: findAlternatives({ step, snapshot, facts, options, judgement }),
  };
}
