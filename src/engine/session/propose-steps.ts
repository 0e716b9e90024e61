import { judgeStep, type ScriptSplit, TOP_OF_SCRIPT } from '../../policy/index.ts';
import type {
  ConfigSnapshot,
  EventBody,
  Facts,
  IdMaker,
  Judgement,
  Step,
  StepDraft,
  StepId,
  TurnId,
} from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import { collectFacts } from './collect-facts.ts';
import { judgeReplaced } from './judge-replaced.ts';
import type { RunScope } from './proposed-run.ts';
import { type WallDecision, wallFacts } from './wall-decision.ts';

export interface ProposeInput {
  readonly script: string;
  /** The words of the one program that is run, where it is no script. */
  readonly argv?: readonly string[] | undefined;
  readonly split: ScriptSplit;
  readonly ids: IdMaker;
  readonly turnId: TurnId;
  /** The step that proposed it, where one did. */
  readonly parentId?: StepId | undefined;
  readonly cwd: string;
  readonly agentName: string;
}

/** The script or program as the parent of its steps, and the steps, each with its own id. */
export function identifySteps(input: ProposeInput): { root: Step; steps: readonly Step[] } {
  const { turnId, cwd, agentName } = input;
  const root: Step = {
    index: 0,
    form: input.split.opaque === undefined ? 'program' : 'opaque',
    text: input.script,
    words: (input.argv ?? []).map((value) => ({ text: quoteWords([value]), value })),
    ...(input.argv && { argv: [...input.argv] }),
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: input.script.length },
    context: { ...TOP_OF_SCRIPT },
    ...(input.split.opaque !== undefined && { opaque: input.split.opaque }),
    stepId: input.ids.step(),
    turnId,
    ...(input.parentId !== undefined && { parentId: input.parentId }),
    kind: input.argv === undefined ? 'script' : 'command',
    cwd,
    agentName,
    isUnforeseen: false,
  };
  const steps = input.split.steps.map(
    (draft): Step => ({
      ...draft,
      stepId: input.ids.step(),
      turnId,
      parentId: root.stepId,
      kind: 'command',
      cwd,
      agentName,
      isUnforeseen: false,
    }),
  );
  return { root, steps };
}

/** Judges every step as it stands in the script, before anything runs. */
export async function previewSteps(
  steps: readonly Step[],
  scope: RunScope,
  context: Omit<WrittenContext, 'snapshot' | 'cwd'>,
): Promise<{ previews: Map<number, Judgement>; events: EventBody[] }> {
  const previews = new Map<number, Judgement>();
  const events: EventBody[] = [];
  for (const step of steps) {
    const { facts, judgement } = await judgeAsWritten(step, steps, {
      ...context,
      snapshot: scope.snapshot,
      cwd: step.cwd,
    });
    previews.set(step.index, judgement);
    events.push({
      type: 'step/judged',
      stepId: step.stepId,
      ...judgement,
      facts,
      snapshot: scope.snapshotDigest,
    });
  }
  return { previews, events };
}

export interface WrittenContext {
  readonly snapshot: ConfigSnapshot;
  readonly cwd: string;
  readonly searchPath: string;
  /** Whether its launch has a wall, where rules speak of that. */
  readonly wall?: WallDecision | undefined;
  nowMs(): number;
}

/** The judgement on a step as it stands in its script, as far as this wall can keep it. */
export async function judgeAsWritten(
  step: StepDraft,
  steps: readonly StepDraft[],
  { snapshot, cwd, searchPath, wall, nowMs }: WrittenContext,
): Promise<{ facts: Facts; judgement: Judgement }> {
  const { home, skillFolders } = snapshot;
  const found = await collectFacts(step, { nowMs: nowMs(), cwd, home, searchPath, skillFolders });
  const facts = { ...found, ...wallFacts(wall) };
  const pipeline = pipelineOf(step, steps);
  const judgement = judgeStep(step, snapshot, facts, { pipeline });
  const run = { argv: step.argv, isCall: false, snapshot, keepsClosed: () => false };
  return { facts, judgement: judgeReplaced(judgement, facts, run) };
}

/** The steps that share the pipe with this one, itself among them. */
export function pipelineOf<Draft extends StepDraft>(step: Draft, steps: readonly Draft[]): Draft[] {
  const { pipeline } = step.context;
  return pipeline === undefined ? [step] : steps.filter((other) => other.context.pipeline === pipeline);
}
