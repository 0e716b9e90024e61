import { collectFacts, keepWithinWall, type LoadedConfig } from '../engine/index.ts';
import { judgeStep, splitScript, strictestVerdict } from '../policy/index.ts';
import type { AccessGrant, Reason, Risk, StepDraft, Verdict } from '../protocol/index.ts';

/** What would happen to one step. */
export interface CheckedStep {
  readonly index: number;
  readonly text: string;
  readonly verdict: Verdict;
  readonly category: string;
  readonly risk: Risk | null;
  readonly reasons: readonly Reason[];
  readonly grant?: AccessGrant;
  readonly opaque?: string;
}

export interface CheckedScript {
  readonly verdict: Verdict;
  readonly steps: readonly CheckedStep[];
  /** The whole script could not be understood, and why. */
  readonly opaque?: string;
}

/** Splits and judges a script as a session would before it starts. Runs nothing of it. */
export async function checkScript(
  script: string,
  config: LoadedConfig,
  searchPath: string,
): Promise<CheckedScript> {
  const split = splitScript(script);
  const steps: CheckedStep[] = [];
  for (const step of split.steps) {
    const { workspace, home } = config.snapshot;
    const facts = await collectFacts(step, { nowMs: Date.now(), cwd: workspace, home, searchPath });
    const pipeline = pipelineOf(step, split.steps);
    const { verdict, category, reasons, risk, grant } = keepWithinWall(
      judgeStep(step, config.snapshot, facts, { pipeline }),
    );
    steps.push({
      index: step.index,
      text: step.text,
      verdict,
      category,
      risk,
      reasons,
      ...(grant !== undefined && { grant }),
      ...(step.opaque !== undefined && { opaque: step.opaque }),
    });
  }
  const verdict = strictestVerdict(steps.map((step) => step.verdict));
  return { verdict, steps, ...(split.opaque !== undefined && { opaque: split.opaque }) };
}

function pipelineOf(step: StepDraft, steps: readonly StepDraft[]): StepDraft[] {
  const { pipeline } = step.context;
  return pipeline === undefined ? [step] : steps.filter((other) => other.context.pipeline === pipeline);
}
