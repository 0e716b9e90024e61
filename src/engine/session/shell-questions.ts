/**
 * Answers for builtins, assignments and redirections: the rewritten script asks in front of each, before a file is
 * opened. It is a promise about cooperating shells; the wall stays the boundary.
 */
import type { AskReply, AskRequest } from './ask-socket.ts';
import { releaseSettled, runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import { settlePipeline } from './settle-pipeline.ts';
import { scriptedRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

/** How long a path that was opened for one builtin stays open: the shell opens it in the next instant, and says nothing of its end. */
const BUILTIN_ACCESS_MS = 2000;

/** Settles one question of the rewritten script. */
export async function settleShellQuestion(
  context: ScriptContext,
  hasGate: boolean,
  request: AskRequest,
): Promise<AskReply> {
  if (request.isForInstead) return tellInstead(context, request.step);
  const entry = context.board.at(request.step);
  if (!entry) return { reply: 'deny', message: 'sallyport: refused: the script has no such step' };
  await settlePipeline(context, entry);
  const words = request.words.length > 0 ? request.words : undefined;
  const shown = words ?? entry.step.argv;
  const proposed = scriptedRun(context, entry.step, { cwd: request.cwd, words, gone: request.gone });
  const inFront = context.board.takePresettled(entry, shown, request.cwd);
  const settled = await (inFront
    ? releaseSettled(context.ports, proposed, inFront)
    : runStep(context.ports, context.scope, proposed));
  context.board.edits.settled(request.step, settled.outcome);
  if (settled.outcome !== 'allowed') {
    if (settled.stopTurn) context.stop('a person stopped it');
    return { reply: 'deny', message: settled.message };
  }
  if (hasGate && entry.step.form === 'program') {
    // The program itself is held next: the same run, if it is the same words.
    entry.presettled = { settled: Promise.resolve(settled), words: shown, cwd: request.cwd };
    return { reply: 'allow' };
  }
  await finishBuiltin(context, entry, settled);
  return { reply: 'allow' };
}

/** What a person wrote in place of a step that did not run. */
function tellInstead(context: ScriptContext, step: number): AskReply {
  const text = context.board.edits.take(step);
  return text === undefined ? { reply: 'deny', message: 'nothing runs instead' } : { reply: 'run', text };
}

/** Nobody tells when a builtin ends: it is written down as run at once, without a status. */
async function finishBuiltin(
  context: ScriptContext,
  entry: BoardStep,
  settled: { runId: Parameters<typeof finishedEvent>[1]; endAccess(): Promise<void> },
): Promise<void> {
  entry.runs += 1;
  context.setTimer(() => void settled.endAccess().catch(() => undefined), BUILTIN_ACCESS_MS);
  await context.append([finishedEvent(entry.step.stepId, settled.runId)]);
}

function finishedEvent(stepId: BoardStep['step']['stepId'], runId: ScriptContext['rootRunId']) {
  return { type: 'step/finished' as const, stepId, runId, outcome: 'ran' as const };
}
