import { runStep, type SettledRun } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import { scriptedRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

const NEVER_GONE = new AbortController().signal;

/**
 * Settles, in front of the first member that arrives, every member of its pipeline that is known to need a person, and
 * resolves when all are settled. Without it the first half of `generate | apply` would have run before somebody could
 * reject the second half.
 */
export async function settlePipeline(context: ScriptContext, first: BoardStep): Promise<void> {
  const waiting: Promise<SettledRun>[] = [];
  for (const member of context.board.pipelineOf(first.step)) {
    if (member.runs === 0 && member.presettled === undefined && isKnownToAsk(context, member)) {
      const { cwd } = member.step;
      const settled = runStep(
        context.ports,
        context.scope,
        scriptedRun(context, member.step, { cwd, gone: NEVER_GONE }),
      );
      member.presettled = { settled, words: member.step.argv };
    }
    if (member.presettled) waiting.push(member.presettled.settled);
  }
  await Promise.all(waiting);
}

/** Every word is known, it runs once, and the split already said that it must be asked. */
function isKnownToAsk(context: ScriptContext, member: BoardStep): boolean {
  const { step } = member;
  if (step.argv === undefined || step.context.isInLoop || step.context.functionName !== undefined)
    return false;
  return context.previews.get(step.index)?.verdict === 'ask';
}
