/**
 * The steps of one script and how far each has come: which place in the script a held program belongs to, and what was
 * already settled for it in front (by the ask-helper, or for its whole pipeline).
 */
import { matchRun, mayBeRunOf } from '../../policy/index.ts';
import type { Step } from '../../protocol/index.ts';
import type { SettledRun } from './proposed-run.ts';
import { ScriptEdits } from './script-edits.ts';

/** An answer given in front of a run, waiting for the run itself. */
export interface Presettled {
  readonly settled: Promise<SettledRun>;
  /** The words that were shown; the run may differ in nothing. */
  readonly words: readonly string[] | undefined;
  /** The folder that was shown. */
  readonly cwd: string;
}

export interface BoardStep {
  readonly step: Step;
  /** Runs let go so far. */
  runs: number;
  presettled: Presettled | undefined;
}

export class StepBoard {
  readonly edits = new ScriptEdits();
  readonly #steps: BoardStep[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps.map((step) => ({ step, runs: 0, presettled: undefined }));
  }

  get steps(): readonly BoardStep[] {
    return this.#steps;
  }

  at(index: number): BoardStep | undefined {
    return this.#steps[index];
  }

  /** Members of a pipeline, in order. */
  pipelineOf(step: Step): readonly BoardStep[] {
    const { pipeline } = step.context;
    return pipeline === undefined
      ? []
      : this.#steps.filter((other) => other.step.context.pipeline === pipeline);
  }

  /** The earliest unfinished step whose literal words fit, else one that may run again. */
  match(argv: readonly string[]): BoardStep | undefined {
    const candidates = this.#steps.map((entry) => ({ step: entry.step, isFinished: entry.runs > 0 }));
    const found = matchRun(candidates, argv);
    return found === null ? undefined : this.#steps[found];
  }

  /**
   * What any step with these words sets for its program. Which of them a program belongs to can be mistaken, as when the
   * first was skipped: it then must not pass as the one without a `LD_PRELOAD`.
   */
  assignmentsOf(argv: readonly string[]): Step['assignments'] {
    const fitting = this.#steps.filter(({ step }) => step.assignments.length > 0 && mayBeRunOf(step, argv));
    const named = fitting.flatMap(({ step }) =>
      step.assignments.map((pair) => [`${pair.name}=${pair.value.text}`, pair] as const),
    );
    return [...new Map(named).values()];
  }

  /** Takes the answer given in front, if it was for exactly these words in this folder. */
  takePresettled(
    entry: BoardStep,
    words: readonly string[] | undefined,
    cwd: string,
  ): Promise<SettledRun> | undefined {
    const inFront = entry.presettled;
    entry.presettled = undefined;
    if (!inFront || inFront.cwd !== cwd || !isSameCommand(inFront.words, words)) return undefined;
    return inFront.settled;
  }

  /** A program that the split did not foresee. */
  add(step: Step): BoardStep {
    const entry: BoardStep = { step, runs: 0, presettled: undefined };
    this.#steps.push(entry);
    return entry;
  }
}

function isSameCommand(shown: readonly string[] | undefined, words: readonly string[] | undefined): boolean {
  if (!shown || !words) return false;
  return shown.length === words.length && shown.every((word, index) => word === words[index]);
}
