import { readOperator } from '../policy/index.ts';
import type { ApprovalContext, RunId, RunOutcome, ScriptStep, Step } from '../protocol/index.ts';
import { showCommand } from '../timeline/index.ts';

/** The latest run of a step, as far as it has come. */
export interface StepRun {
  readonly runId: RunId;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly outcome?: RunOutcome | undefined;
  readonly exitCode?: number | undefined;
}

export interface ScriptSteps {
  /** As written; undefined where it is not known. */
  readonly script: string | undefined;
  readonly steps: readonly Step[];
  readonly runs: ReadonlyMap<string, StepRun>;
  /** The step that is asked about. */
  readonly here: string | undefined;
  /** Steps in front of it may have run without being in `runs`. */
  readonly isCut: boolean;
  /** The script has ended: what has not run will not. */
  readonly hasEnded: boolean;
  /** Every program is held, so that one without a run has not run. Of builtins it is never known. */
  readonly holdsPrograms: boolean;
}

type StepsPart = Pick<ApprovalContext, 'steps' | 'stepsBefore' | 'stepsAfter' | 'stepNumber' | 'stepCount'>;

const MAX_SHOWN = 40;
const MAX_TEXT = 4000;

/** The steps around the one that is asked about. A step that is not in the script has no number, and stands last. */
export function listScriptSteps(input: ScriptSteps): StepsPart {
  const { steps, here } = input;
  const at = steps.findIndex((step) => step.stepId === here);
  const foreseen = steps.filter((step) => !step.isUnforeseen);
  const from = Math.max(0, Math.min(at - MAX_SHOWN / 2, steps.length - MAX_SHOWN));
  const shown = steps.slice(from, from + MAX_SHOWN);
  return {
    steps: shown.map((step, index) => describeStep(input, { step, next: steps[from + index + 1], at })),
    stepsBefore: from,
    stepsAfter: steps.length - from - shown.length,
    stepNumber: steps[at]?.isUnforeseen === false ? at + 1 : 0,
    stepCount: foreseen.length,
  };
}

function describeStep(
  input: ScriptSteps,
  { step, next, at }: { step: Step; next: Step | undefined; at: number },
): ScriptStep {
  const { script, runs, here } = input;
  const run = runs.get(step.stepId);
  const text = showCommand(step);
  return {
    stepId: step.stepId,
    text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text,
    form: step.form,
    operator: operatorBehind(script, step, next),
    state: step.stepId === here ? 'here' : run === undefined ? guessState(input, step, at) : stateOf(run),
    ...(run?.outcome !== undefined && { outcome: run.outcome }),
    ...(run?.exitCode !== undefined && { exitCode: run.exitCode }),
    ...(run?.startedAt !== undefined &&
      run.finishedAt !== undefined && { durationMs: run.finishedAt - run.startedAt }),
  };
}

function stateOf(run: StepRun): ScriptStep['state'] {
  return run.finishedAt === undefined ? 'running' : 'done';
}

/** Of a step without a run: in front of what is asked about, a builtin that nobody had to ask about has passed. */
function guessState(input: ScriptSteps, step: Step, at: number): ScriptStep['state'] {
  const isKnown = input.holdsPrograms && step.form === 'program' && !input.isCut;
  if (isKnown) return 'later';
  return input.hasEnded || input.steps.indexOf(step) < at ? 'done' : 'later';
}

/** Read between the end of a step and the start of the next one; behind the last, what is left of the script. */
function operatorBehind(script: string | undefined, step: Step, next: Step | undefined): string {
  if (script === undefined || step.isUnforeseen) return '';
  const end = next === undefined || next.isUnforeseen ? script.length : next.source.start;
  return readOperator(script.slice(step.source.end, Math.max(step.source.end, end)));
}
