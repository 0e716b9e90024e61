/**
 * Answers for the programs that the kernel holds. Promises: a program goes on only after `runStep` allowed exactly it;
 * launchers go on because what they start is held in turn; whatever goes wrong here is a refusal.
 */
import { isLauncher } from '../../policy/index.ts';
import { type Step, toFault } from '../../protocol/index.ts';
import type { ExecGate, HeldExec } from '../sandbox/index.ts';
import { quoteArgv } from './quote-argv.ts';
import { runStep, type SettledRun } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import { settlePipeline } from './settle-pipeline.ts';
import { type HeldProgram, programRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';
import { watchAsker } from './watch-asker.ts';

/** What was last refused to a process. */
interface Denial {
  readonly argv: readonly string[];
  readonly path: string;
}

const REMEMBERED_DENIALS = 256;

export class HeldPrograms {
  readonly #context: ScriptContext;
  readonly #denials = new Map<number, Denial>();

  constructor(context: ScriptContext) {
    this.#context = context;
  }

  /** Settles one held program and answers the gate. Never rejects. */
  async settle(gate: ExecGate, held: HeldExec): Promise<void> {
    try {
      await this.#settle(gate, held);
    } catch (cause) {
      gate.deny(held.slot, `sallyport: refused: ${toFault(cause).message}`);
    }
  }

  async #settle(gate: ExecGate, held: HeldExec): Promise<void> {
    const context = this.#context;
    const program: HeldProgram = {
      argv: held.argv,
      path: held.path,
      cwd: held.cwd,
      threads: held.threads,
      isWhole: !held.truncated && !held.lossy,
    };
    if (this.#isNextPlaceOfDenied(held)) {
      gate.deny(held.slot, '');
      return;
    }
    const shebang = held.shebang === undefined ? {} : { shebang: held.shebang };
    if (program.isWhole && isLauncher(held.argv, { path: held.path, ...shebang })) {
      gate.through(held.slot);
      return;
    }
    const entry = context.board.match(held.argv) ?? (await addUnforeseen(context, program));
    // Taken before anything is awaited: a second program of the same step must not use this one's answer.
    const isFirst = entry.runs === 0;
    entry.runs += 1;
    if (isFirst) await settlePipeline(context, entry);
    const settled = await settleEntry(context, entry, program, held.pid);
    if (settled.outcome !== 'allowed') {
      this.#remember(held);
      gate.deny(held.slot, settled.message);
      if (settled.stopTurn) context.stop('a person stopped it');
      return;
    }
    const { runId, endAccess } = settled;
    context.runs.start(held.pid, { stepId: entry.step.stepId, runId, endAccess });
    gate.allow(held.slot, 'watch');
  }

  /**
   * Some shells try the next folder of PATH after a refusal: the same words from the same process at another place are
   * the same attempt, and were answered.
   */
  #isNextPlaceOfDenied(held: HeldExec): boolean {
    const denial = this.#denials.get(held.pid);
    return denial !== undefined && denial.path !== held.path && isSameCommand(denial.argv, held.argv);
  }

  #remember(held: HeldExec): void {
    this.#denials.set(held.pid, { argv: held.argv, path: held.path });
    if (this.#denials.size <= REMEMBERED_DENIALS) return;
    const oldest = this.#denials.keys().next();
    if (!oldest.done) this.#denials.delete(oldest.value);
  }
}

/** The answer given in front when it was for exactly these words, else a judgement and, if need be, a question of its own. */
async function settleEntry(
  context: ScriptContext,
  entry: BoardStep,
  program: HeldProgram,
  pid: number,
): Promise<SettledRun> {
  const inFront = entry.presettled;
  entry.presettled = undefined;
  if (inFront?.words && program.isWhole && isSameCommand(inFront.words, program.argv)) return inFront.settled;
  const asker = watchAsker(pid, context.setTimer);
  try {
    return await runStep(context.ports, context.scope, programRun(context, entry.step, program, asker.gone));
  } finally {
    asker.stop();
  }
}

function isSameCommand(shown: readonly string[], argv: readonly string[]): boolean {
  return shown.length === argv.length && shown.every((word, index) => word === argv[index]);
}

async function addUnforeseen(context: ScriptContext, program: HeldProgram): Promise<BoardStep> {
  const { root, board } = context;
  const text = quoteArgv(program.argv);
  const step: Step = {
    index: board.steps.length,
    form: 'program',
    text,
    words: program.argv.map((value) => ({ text: quoteArgv([value]), value })),
    argv: [...program.argv],
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: 0 },
    context: root.context,
    stepId: context.ports.ids.step(),
    turnId: root.turnId,
    parentId: root.stepId,
    kind: 'command',
    cwd: program.cwd,
    agentName: root.agentName,
    isUnforeseen: true,
  };
  const entry = board.add(step);
  await context.append([{ type: 'step/proposed', ...step }]);
  return entry;
}
