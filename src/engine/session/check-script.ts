import { realpath } from 'node:fs/promises';
import { type Explanation, explainStep, splitScript, strictestVerdict } from '../../policy/index.ts';
import type {
  AccessGrant,
  ConfigOrigin,
  ConfigSnapshot,
  Facts,
  Reason,
  Risk,
  StepCategory,
  StepDraft,
  Verdict,
} from '../../protocol/index.ts';
import { showCommand } from '../../timeline/index.ts';
import { decideWall } from './leave-wall.ts';
import { judgeAsWritten, pipelineOf } from './propose-steps.ts';

/** What would happen to one step. */
export interface CheckedStep {
  readonly index: number;
  /** As written, with the launchers around it. */
  readonly text: string;
  readonly verdict: Verdict;
  readonly category: StepCategory;
  readonly risk: Risk | null;
  readonly reasons: readonly Reason[];
  readonly grant?: AccessGrant;
  readonly opaque?: string;
  /** What led to the verdict and what would change it; only where origins were given. */
  readonly explanation?: Omit<Explanation, 'judgement'>;
}

export interface CheckedScript {
  /** The strictest of the steps that were judged. */
  readonly verdict: Verdict;
  readonly steps: readonly CheckedStep[];
  /** The whole script could not be understood, and why. */
  readonly opaque?: string;
}

export interface CheckContext {
  readonly snapshot: ConfigSnapshot;
  /** The PATH that the steps would have. */
  readonly searchPath: string;
  nowMs(): number;
  /** Folders of Sallyport itself. */
  readonly ownFolders?: readonly string[];
  /** Only so many steps are judged. */
  readonly maxSteps?: number;
  /** Where each key of the configuration comes from; without it nothing is explained. */
  readonly origins?: Readonly<Record<string, ConfigOrigin>>;
}

function explain(
  step: StepDraft,
  steps: readonly StepDraft[],
  facts: Facts,
  { snapshot, origins }: CheckContext,
): Omit<Explanation, 'judgement'> {
  const options = { pipeline: pipelineOf(step, steps), ...(origins && { origins }) };
  const { access, causes, alternatives } = explainStep(step, snapshot, facts, options);
  return { access, causes, alternatives };
}

function findReal(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Splits and judges a script as a session would before it starts. Runs nothing of it. */
export async function checkScript(
  script: string,
  context: CheckContext,
): Promise<{ readonly checked: CheckedScript; readonly stepCount: number }> {
  const split = splitScript(script);
  const steps: CheckedStep[] = [];
  const cwd = context.snapshot.workspace;
  const ownFolders = await Promise.all((context.ownFolders ?? []).map(findReal));
  const wall = await decideWall({ script, split }, { ...context, cwd, ownFolders, granted: [] });
  const searchPath = wall?.kind === 'none' ? wall.searchPath : context.searchPath;
  for (const step of split.steps.slice(0, context.maxSteps)) {
    const written = { ...context, cwd, searchPath, wall };
    const { facts, judgement } = await judgeAsWritten(step, split.steps, written);
    const { verdict, category, reasons, risk, grant } = judgement;
    steps.push({
      index: step.index,
      text: showCommand(step),
      verdict,
      category,
      risk,
      reasons,
      ...(grant !== undefined && { grant }),
      ...(step.opaque !== undefined && { opaque: step.opaque }),
      ...(context.origins && { explanation: explain(step, split.steps, facts, context) }),
    });
  }
  const verdict = strictestVerdict(steps.map((step) => step.verdict));
  const checked = { verdict, steps, ...(split.opaque !== undefined && { opaque: split.opaque }) };
  return { checked, stepCount: split.steps.length };
}
