/** Explains a judgement: what led to it, and what would have to change for another one. */
import type {
  ConfigOrigin,
  ConfigSnapshot,
  Facts,
  Judgement,
  StepDraft,
  Verdict,
} from '../protocol/index.ts';
import { type JudgeOptions, judgeStep } from './judge-step.ts';

/** Something of the configuration that had a part in the verdict. */
export interface ExplainedCause {
  readonly kind: 'rule' | 'profile-entry' | 'key' | 'built-in';
  /** A sentence. */
  readonly text: string;
  /** The key of the configuration, for `key`. */
  readonly key?: string;
  /** `file:line`, the flag as typed, or the layer. */
  readonly place?: string;
}

/** A change that gives another verdict: found by judging the step once more with that change. */
export interface Alternative {
  readonly change: string;
  readonly verdict: Verdict;
}

export interface Explanation {
  readonly judgement: Judgement;
  /** What the session may reach, as sentences. */
  readonly access: readonly string[];
  readonly causes: readonly ExplainedCause[];
  readonly alternatives: readonly Alternative[];
}

export interface ExplainOptions extends JudgeOptions {
  /** Where each key comes from, by its name as in the file. */
  readonly origins?: Readonly<Record<string, ConfigOrigin>>;
}

/** The judgement on a step with everything that led to it. */
export function explainStep(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  options: ExplainOptions = {},
): Explanation {
  return { judgement: judgeStep(step, snapshot, facts, options), access: [], causes: [], alternatives: [] };
}
