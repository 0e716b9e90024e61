/**
 * Runs what a person wrote in place of a step. Promises: the text becomes steps of its own, each judged and asked about as
 * any other under an id of its own; it runs in the same shell at the same place, once.
 */
import { listEditable, planAsks, rewriteScript, type ScriptSplit, splitScript } from '../../policy/index.ts';
import { Fault, type Step } from '../../protocol/index.ts';
import { previewSteps } from './propose-steps.ts';
import type { ScriptContext } from './script-context.ts';
import type { Rewriting } from './script-edits.ts';

/** Longer, and the helper inside could not be told it. */
const MAX_TEXT_BYTES = 80_000;
/** Apart from those of the script, whose pipelines are fewer. */
const PIPELINES_OF_EDITS = 1_000_000;

/** Takes the text; it runs when the shell asks for it. Throws a Fault where it cannot be run. */
export async function replaceStep(context: ScriptContext, step: Step, text: string): Promise<void> {
  const { rewriting } = context.board.edits;
  const split = splitScript(text);
  if (rewriting === undefined || split.opaque !== undefined)
    throw new Fault({
      kind: 'user',
      code: 'edit-not-understood',
      message: 'the edited text is not understood',
    });
  const first = context.board.steps.length;
  const steps = split.steps.map(
    (draft): Step => ({
      ...draft,
      index: first + draft.index,
      context: { ...draft.context, ...pipelineFrom(draft.context.pipeline, first) },
      stepId: context.ports.ids.step(),
      turnId: step.turnId,
      ...(step.parentId !== undefined && { parentId: step.parentId }),
      kind: 'command',
      cwd: step.cwd,
      agentName: step.agentName,
      isUnforeseen: true,
    }),
  );
  for (const added of steps) context.board.add(added);
  await context.append(steps.map((added) => ({ type: 'step/proposed', ...added })));
  const { ports, searchPath } = context;
  const { previews, events } = await previewSteps(steps, context.scope, { nowMs: ports.nowMs, searchPath });
  if (events.length > 0) await context.append(events);
  for (const [index, judgement] of previews) context.previews.set(index, judgement);
  const script = rewrite(context, { text, split, first }, rewriting);
  if (Buffer.byteLength(script) > MAX_TEXT_BYTES)
    throw new Fault({ kind: 'user', code: 'edit-too-long', message: 'the edited text is too long' });
  context.board.edits.put(step.index, script);
}

function pipelineFrom(pipeline: number | undefined, first: number): { pipeline?: number } {
  return pipeline === undefined ? {} : { pipeline: PIPELINES_OF_EDITS + first * 1000 + pipeline };
}

interface EditedText {
  readonly text: string;
  readonly split: ScriptSplit;
  /** Index of its first step on the board. */
  readonly first: number;
}

function rewrite(context: ScriptContext, { text, split, first }: EditedText, rewriting: Rewriting): string {
  const verdictOf = (index: number) => context.previews.get(first + index)?.verdict ?? 'ask';
  const mustAsk = planAsks(split.steps, verdictOf, { gate: rewriting.gate });
  const editable = listEditable(text, split, verdictOf);
  const places = [...editable].map(
    (index) => [first + index, mustAsk.has(index) ? 'front' : 'behind'] as const,
  );
  context.board.edits.allow(places, rewriting);
  return rewriteScript(text, split, {
    gate: rewriting.gate,
    mustAsk,
    editable,
    askCommand: (index) => rewriting.askCommand(first + index),
    insteadCommand: (index) => rewriting.insteadCommand(first + index),
  });
}
