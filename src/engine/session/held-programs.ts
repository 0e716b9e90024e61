/**
 * Answers for the programs that the kernel holds. Promises: a program goes on only after `runStep` allowed exactly it;
 * launchers go on because what they start is held in turn; whatever goes wrong here is a refusal.
 */
import {
  armsLauncher,
  findInherited,
  isLauncher,
  isRiskyVariable,
  listInterpreterForms,
  matchRules,
  readShebang,
  startsOthersHeld,
} from '../../policy/index.ts';
import { type Step, toFault } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import type { ExecGate, HeldExec } from '../sandbox/index.ts';
import { answerInFront } from './answer-in-front.ts';
import { isOfSkill } from './is-of-skill.ts';
import type { SettledRun } from './proposed-run.ts';
import { releaseSettled, runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import { settlePipeline } from './settle-pipeline.ts';
import { type HeldProgram, programRun, scriptedRun } from './shell-runs.ts';
import type { BoardStep } from './step-board.ts';

/** Only what is watched is held, and this is the program that it runs already. */
const ITSELF = /^\/proc\/(?:self|thread-self|\d+)\/exe$/;

export class HeldPrograms {
  readonly #context: ScriptContext;
  #rootPid: number | undefined;

  constructor(context: ScriptContext) {
    this.#context = context;
  }

  /** The host's number for the process that the launch began with. */
  noteRoot(pid: number): void {
    this.#rootPid = pid;
  }

  /** Settles one held program and answers the gate. Never rejects. */
  async settle(gate: ExecGate, held: HeldExec): Promise<void> {
    const program: HeldProgram = {
      argv: held.argv,
      path: held.path,
      real: held.real ?? null,
      shebang: held.shebang,
      cwd: held.cwd,
      threads: held.threads,
      shared: held.shared,
      traced: held.traced,
      environment: held.env,
      isEnvironmentCut: held.envCut,
      isWhole: !held.truncated && !held.lossy,
    };
    try {
      const isLauncher = this.#isLauncher(held, program);
      const isJudged = this.#isArmed(held) || this.#isRuled(held) || this.#isNamedCommand(held);
      const isPlain = isLauncher && !isJudged;
      if (isPlain && !(await isOfSkill(held, this.#context.snapshot))) await this.#settleLauncher(gate, held);
      else {
        const goesOn = isLauncher || startsOthersHeld(held.argv, held) || this.#isOfRoot(held);
        await this.#settleProgram(gate, held, program, goesOn ? 'through' : 'allow');
      }
    } catch (cause) {
      gate.deny(held.slot, `sallyport: refused: ${toFault(cause).message}`);
    }
  }

  /**
   * A program that was run as it was typed goes on as itself: `env` that becomes the interpreter of its script, and what
   * its script starts under its own name, as agents do that are a launcher with a native program behind it. What they
   * start is held as what the program itself starts. This only ever asks more.
   */
  #isOfRoot(held: HeldExec): boolean {
    const name = programName(this.#context.root.argv?.[0]);
    if (name === undefined) return false;
    const own = programName(held.path) ?? '';
    const isItselfAgain = held.pid === this.#rootPid || ITSELF.test(held.path);
    return isItselfAgain || own === name || own.startsWith(`${name}-`);
  }

  #isLauncher(held: HeldExec, program: HeldProgram): boolean {
    const shebang = held.shebang === undefined ? {} : { shebang: held.shebang };
    return program.isWhole && isLauncher(held.argv, { path: held.path, ...shebang });
  }

  /** Something is set for it that can make the launcher itself run other code, so it is judged as any program. */
  #isArmed(held: HeldExec): boolean {
    const assignments = this.#context.board.assignmentsOf(held.argv);
    if (assignments.some(({ name }) => isRiskyVariable(name))) return true;
    const own = this.#context.board.match(held.argv)?.step;
    const wrappers = own?.wrappers ?? [];
    const { variables, isCut } = findInherited(held.env, { assignments, wrappers });
    return held.envCut || isCut || armsLauncher(variables);
  }

  /**
   * A command that the script names and PATH finds, such as `npm`, is that command for a person, also where it is
   * written in shell. A script file that is named by its path is opened: what it starts is judged in its place.
   */
  #isNamedCommand(held: HeldExec): boolean {
    const [name = ''] = held.argv;
    if (held.shebang === undefined || name.includes('/')) return false;
    return this.#context.board.match(held.argv)?.step.words[0]?.value === name;
  }

  /**
   * A rule forbids the launcher, or wants it asked about. Never the shell of the script itself; and a launcher that the
   * script names is judged with what it starts.
   */
  #isRuled(held: HeldExec): boolean {
    if (held.pid === this.#rootPid) return false;
    const name = programName(held.argv[0]);
    const wrappers = this.#context.board.match(held.argv)?.step.wrappers ?? [];
    if (wrappers.some((wrapper) => programName(wrapper.split(' ', 1)[0]) === name)) return false;
    const { rules, home } = this.#context.snapshot;
    const isStrict = (words: readonly (string | null)[], program: string | null): boolean =>
      matchRules(words, { cwd: held.cwd, program, home }, rules).some(
        ({ rule }) => rule.decision !== 'allow',
      );
    if ([held.path, held.real].some((program) => isStrict(held.argv, program ?? null))) return true;
    return listInterpreterForms(readShebang(held.shebang), held.argv).some((words) => isStrict(words, null));
  }

  async #settleProgram(
    gate: ExecGate,
    held: HeldExec,
    program: HeldProgram,
    go: 'allow' | 'through',
  ): Promise<void> {
    const context = this.#context;
    const entry = context.board.match(held.argv) ?? (await addUnforeseen(context, program));
    // Taken before anything is awaited: a second program of the same step must not use this one's answer.
    entry.runs += 1;
    await settlePipeline(context, entry);
    const settled = await settleEntry(context, entry, program, held.pid);
    if (this.#isAllowed(gate, held, entry, settled)) gate[go](held.slot, 'watch');
  }

  /**
   * What a launcher starts is held in turn, so it goes on unasked; unless the script has a step for the launcher itself
   * that is not simply allowed, such as a shell that reads what an address gave.
   */
  async #settleLauncher(gate: ExecGate, held: HeldExec): Promise<void> {
    const context = this.#context;
    const entry = context.board.match(held.argv);
    const isOwnStep = entry && programName(entry.step.words[0]?.value) === programName(held.argv[0]);
    if (!isOwnStep || !this.#isAskedItself(entry)) {
      gate.through(held.slot);
      return;
    }
    entry.runs += 1;
    await settlePipeline(context, entry);
    const inFront = context.board.takePresettled(entry, held.argv, held.cwd);
    const settled = await context.askers.whileWaiting(held.pid, (gone) =>
      inFront
        ? releaseSettled(context.ports, { step: entry.step, gone }, inFront)
        : runStep(context.ports, context.scope, scriptedRun(context, entry.step, { cwd: held.cwd, gone })),
    );
    if (this.#isAllowed(gate, held, entry, settled)) gate.through(held.slot, 'watch');
  }

  /** Not when it is asked about only as any program is: what it starts will be. */
  #isAskedItself(entry: BoardStep): boolean {
    const preview = this.#context.previews.get(entry.step.index);
    return preview !== undefined && preview.verdict !== 'allow' && preview.category !== 'inside';
  }

  /** Answers a run that may not be; takes note of one that may. */
  #isAllowed(gate: ExecGate, held: HeldExec, entry: BoardStep, settled: SettledRun): boolean {
    this.#context.board.edits.settled(entry.step.index, settled.outcome);
    if (settled.outcome !== 'allowed') {
      gate.deny(held.slot, settled.message);
      if (settled.stopTurn) this.#context.stop('a person stopped it');
      return false;
    }
    const { runId, endAccess } = settled;
    this.#context.runs.start(held.pid, { stepId: entry.step.stepId, runId, endAccess });
    return true;
  }
}

function programName(word: string | undefined): string | undefined {
  return word?.split('/').at(-1);
}

/** The answer given in front when it was for exactly these words, else a judgement and, if need be, a question of its own. */
async function settleEntry(
  context: ScriptContext,
  entry: BoardStep,
  program: HeldProgram,
  pid: number,
): Promise<SettledRun> {
  const inFront = context.board.takePresettled(
    entry,
    program.isWhole ? program.argv : undefined,
    program.cwd,
  );
  const answer = inFront && (await answerInFront(context, entry, program, inFront));
  return context.askers.whileWaiting(pid, (gone) =>
    answer
      ? releaseSettled(context.ports, { step: entry.step, gone }, Promise.resolve(answer))
      : runStep(context.ports, context.scope, programRun(context, entry.step, program, gone)),
  );
}

async function addUnforeseen(context: ScriptContext, program: HeldProgram): Promise<BoardStep> {
  const { root, board } = context;
  const text = quoteWords(program.argv);
  const step: Step = {
    index: board.steps.length,
    form: 'program',
    text,
    words: program.argv.map((value) => ({ text: quoteWords([value]), value })),
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
