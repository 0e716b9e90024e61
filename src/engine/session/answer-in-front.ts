/**
 * Answers that were given in front of a run, before the kernel held its program. Promises: one that was given for other
 * circumstances opens nothing any more and is written down as skipped. Without it `export LD_PRELOAD=./x.so` in front of a
 * pipeline would have passed under a yes that named nothing of it.
 */
import { showLine } from '../../timeline/index.ts';
import type { SettledRun } from './proposed-run.ts';
import type { ScriptContext } from './script-context.ts';
import { type HeldProgram, inheritedBy } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

/**
 * The answer, when it counts for the program that is held now. Undefined after a yes for a program that gets what nobody
 * was shown: it is judged and asked about as it is. A no stays a no.
 */
export async function answerInFront(
  context: ScriptContext,
  entry: BoardStep,
  program: HeldProgram,
  inFront: Promise<SettledRun>,
): Promise<SettledRun | undefined> {
  const settled = await inFront;
  if (settled.outcome !== 'allowed') return settled;
  const { variables, isCut } = inheritedBy(context, entry.step, program);
  if (variables.length === 0 && !isCut) return settled;
  await settled.endAccess();
  const names = variables.map(({ name }) => name).join(', ');
  const what = names === '' ? 'more than could be read' : showLine(names, 200);
  const feedback = `judged again: earlier commands have set or taken away ${what}`;
  const { stepId } = entry.step;
  await context.append([
    { type: 'step/finished', stepId, runId: settled.runId, outcome: 'skipped', feedback },
  ]);
  return undefined;
}
