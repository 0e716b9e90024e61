/**
 * Settles the members of a pipeline together. Promises: no member starts before all that are known to need a person are
 * settled, their questions stand in the pipeline's order, and each is asked once. Without it the first half of
 * `generate | apply` would have run before somebody could reject the second half.
 */
import type { SettledRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import { scriptedRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

const NEVER_GONE = new AbortController().signal;

/** Resolves when the pipeline of `arrived`, whose members arrive in any order, is settled. */
export async function settlePipeline(context: ScriptContext, arrived: BoardStep): Promise<void> {
  const { pipeline } = arrived.step.context;
  if (pipeline === undefined) return;
  let settled = context.pipelines.get(pipeline);
  if (!settled) {
    settled = settleMembers(context, context.board.pipelineOf(arrived.step));
    context.pipelines.set(pipeline, settled);
  }
  await settled;
}

async function settleMembers(context: ScriptContext, members: readonly BoardStep[]): Promise<void> {
  const settlements: Promise<SettledRun>[] = [];
  for (const member of members) {
    if (!isKnownToAsk(context, member)) continue;
    const { settled } = await poseQuestion(context, member);
    member.presettled = { settled, words: member.step.argv, cwd: member.step.cwd };
    settlements.push(settled);
  }
  await Promise.all(settlements);
}

/** Resolves when the question is open; its settlement comes in its own time. */
async function poseQuestion(
  context: ScriptContext,
  member: BoardStep,
): Promise<{ readonly settled: Promise<SettledRun> }> {
  const posed = Promise.withResolvers<void>();
  const run = scriptedRun(context, member.step, { cwd: member.step.cwd, gone: NEVER_GONE });
  const settled = runStep(context.ports, context.scope, { ...run, onPosed: posed.resolve });
  // Refused without a question, or answered by a grant: then nothing is posed.
  await Promise.race([posed.promise, settled]);
  return { settled };
}

/** Every word is known, it runs once, and the split already said that it must be asked. */
function isKnownToAsk(context: ScriptContext, member: BoardStep): boolean {
  const { step } = member;
  if (step.argv === undefined || step.context.isInLoop || step.context.functionName !== undefined)
    return false;
  return context.previews.get(step.index)?.verdict === 'ask';
}
