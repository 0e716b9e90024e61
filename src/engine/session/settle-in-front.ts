/**
 * What is settled before anything starts. Promises: a script that cannot be understood is one question in front of the
 * whole; of a program that is run as it was typed, the program itself and all that the kernel will not hold later is
 * settled here, because its words are launched unchanged and ask nothing.
 */
import { planAsks } from '../../policy/index.ts';
import type { ChildOutcome } from '../base/index.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { scriptedRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

/** In place of the process number of the program that the launch begins with: it has none yet. */
const FIRST_PROGRAM = -1;

/** Settles it, unless the script is stopped meanwhile. Gives the reason where it may not run. */
export async function settleInFront(
  context: ScriptContext,
  host: ScriptHost,
  stopped: AbortSignal,
): Promise<string | undefined> {
  for (const entry of listInFront(context, host)) {
    const run = scriptedRun(context, entry.step, { cwd: host.cwd, gone: stopped });
    const settled = await runStep(context.ports, context.scope, run);
    if (settled.outcome !== 'allowed') return settled.message;
    if (context.root.argv !== undefined) entry.runs += 1;
    const { stepId, index } = entry.step;
    const { runId, endAccess } = settled;
    context.runs.start(FIRST_PROGRAM - index, { stepId, runId, endAccess });
  }
  return undefined;
}

/** The program that the launch began with has ended. */
export async function endInFront(context: ScriptContext, outcome: ChildOutcome): Promise<void> {
  await context.runs.exit(FIRST_PROGRAM, outcome.kind === 'exited' ? { code: outcome.code } : {});
}

function listInFront(
  { board, previews, split, root }: ScriptContext,
  host: ScriptHost,
): readonly BoardStep[] {
  const first = board.at(0);
  if (split.opaque !== undefined) return first ? [first] : [];
  if (root.argv === undefined) return [];
  const gate = host.enforced.gate === 'kernel' ? 'kernel' : 'shell';
  const unheld = planAsks(split.steps, (index) => previews.get(index)?.verdict ?? 'ask', { gate });
  // Behind a launcher it is a program that the launcher starts, and held then.
  const isFirst = ({ step }: BoardStep): boolean => step.index === 0 && step.wrappers.length === 0;
  return board.steps.filter((entry) => isFirst(entry) || unheld.has(entry.step.index));
}
