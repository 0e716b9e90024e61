import type { RowOutcome, RunId, StepId, StepKind, TurnId } from '../protocol/index.ts';
import { isRootStep } from './is-root-step.ts';
import type { NewRow, RowBook } from './row-book.ts';
import type { RowEventOf } from './row-event.ts';
import { countThings, cutNote, shortCommand } from './row-texts.ts';
import { showCommand } from './show-command.ts';

/** A step of a script, as far as the rows of its runs need it. */
interface KnownStep {
  readonly text: string;
  /** The shell makes nothing else of its words. */
  readonly isLiteral: boolean;
  /** It is the script itself. */
  readonly isScript: boolean;
  /** Of the rows of its runs. */
  readonly rowKind: 'command' | 'approval' | 'tool';
}

const ROW_KINDS: Partial<Record<StepKind, KnownStep['rowKind']>> = { permissions: 'approval', mcp: 'tool' };

/** A judgement whose run has no row yet. */
interface Pending {
  /** A call that the wall would stop, by what it names. */
  readonly callOf?: string | undefined;
  readonly text: string;
  readonly note?: string | undefined;
  readonly risk: TimelineRisk;
}
type TimelineRisk = Exclude<NewRow['risk'], undefined>;

interface Turn {
  readonly index: number;
  readonly agentName: string;
  readonly turnId: TurnId;
  steps: number;
}

/** A risk without its rationale. */
export function shortRisk(risk: TimelineRisk): TimelineRisk {
  return risk === null ? null : { score: risk.score, level: risk.level };
}

/**
 * Rows of scripts, of the runs of their steps, and of what they printed. A call that the wall would stop has a run of
 * its own: its question is a row beside the run that it came from, and without a question it is an edit or a denial.
 */
export class StepRows {
  readonly #book: RowBook;
  readonly #steps = new Map<StepId, KnownStep>();
  readonly #turns = new Map<StepId, Turn>();
  readonly #turnsById = new Map<TurnId, Turn>();
  readonly #pending = new Map<RunId, Pending>();
  readonly #runs = new Map<RunId, number>();
  /** Rows that stand for all that comes of a step, such as a change of files. */
  readonly #own = new Map<StepId, number>();

  constructor(book: RowBook) {
    this.#book = book;
  }

  /** The row of a run, where it has one. */
  rowOf(runId: RunId): number | undefined {
    return this.#runs.get(runId);
  }

  /** The run is a call that the wall would stop, and nothing else has a row for it. */
  isNewCall(runId: RunId): boolean {
    return this.#pending.get(runId)?.callOf !== undefined;
  }

  /** From here on the row follows the runs of the step. */
  giveRow(stepId: StepId, index: number): void {
    this.#own.set(stepId, index);
  }

  /** The first question of a run is told in this row. */
  takesQuestion(index: number): boolean {
    const { kind, approvalId, stepId } = this.#book.rows[index] ?? {};
    if (approvalId !== undefined || stepId === undefined) return false;
    return (
      kind === 'command' ||
      kind === 'tool' ||
      (kind === 'approval' && this.#isAsked(stepId)) ||
      this.#own.get(stepId) === index
    );
  }

  #isAsked(stepId: StepId): boolean {
    return this.#steps.get(stepId)?.rowKind === 'approval';
  }

  /** From here on the row follows the run. */
  tie(runId: RunId, index: number): void {
    this.#runs.set(runId, index);
    this.#pending.delete(runId);
  }

  textOf(stepId: StepId | undefined): string {
    return (stepId === undefined ? undefined : this.#steps.get(stepId)?.text) ?? '';
  }

  proposed(event: RowEventOf<'step/proposed'>): void {
    const { stepId, text, argv, parentId, isUnforeseen } = event;
    const isRoot = isRootStep(event);
    this.#steps.set(stepId, {
      text: isRoot ? text : showCommand(event),
      isLiteral: argv !== undefined,
      isScript: isRoot,
      rowKind: ROW_KINDS[event.kind] ?? 'command',
    });
    if (isRoot) {
      this.#addTurn(event);
      return;
    }
    const turn = parentId === undefined ? undefined : this.#turns.get(parentId);
    if (turn === undefined || isUnforeseen) return;
    turn.steps += 1;
    this.#book.change(event, turn.index, { note: noteOfTurn(turn) });
  }

  #addTurn(event: RowEventOf<'step/proposed'>): void {
    const { stepId, turnId, agentName, text } = event;
    const index = this.#book.add(event, {
      rowId: stepId,
      kind: 'turn',
      text,
      note: noteOfTurn({ steps: 0, agentName }),
      outcome: 'none',
      stepId,
    });
    const turn: Turn = { index, agentName, turnId, steps: 0 };
    this.#turns.set(stepId, turn);
    // The first is the turn itself; others are scripts that were proposed in it.
    if (!this.#turnsById.has(turnId)) this.#turnsById.set(turnId, turn);
  }

  /** Steps of a turn that is over cannot run again; a turn that never came so far as to end says so. */
  turnEnded(event: RowEventOf<'turn/ended'>): void {
    const turn = this.#turnsById.get(event.turnId);
    if (turn === undefined || event.outcome === 'finished') return;
    const { outcome } = this.#book.rows[turn.index] ?? {};
    if (outcome !== 'none' && outcome !== 'running') return;
    this.#book.change(event, turn.index, { outcome: event.outcome === 'lost' ? 'lost' : 'cancelled' });
  }

  judged(event: RowEventOf<'step/judged'>): void {
    const { stepId, runId, verdict, facts, grantId } = event;
    if (runId === undefined) return;
    const reason = event.reasons.at(-1)?.text;
    const note = verdict === 'allow' ? grantId && `by ${grantId}` : reason && cutNote(reason);
    const known = this.#runs.get(runId);
    if (known !== undefined) {
      // Judged anew, because the rules have changed while it was asked about.
      if (reason !== undefined) this.#book.change(event, known, { note: cutNote(reason) });
      return;
    }
    const isCall = isBlockedCall(event);
    this.#pending.set(runId, {
      callOf: isCall ? (facts.paths[0]?.text ?? '') : undefined,
      text: this.#commandOf(event),
      note,
      risk: shortRisk(event.risk),
    });
    if (isCall && verdict === 'allow') this.#addCall(event, 'edit', 'allowed');
    if (isCall || verdict === 'allow') return;
    this.#addRun(event, stepId, runId, verdict === 'ask' ? 'waiting' : 'refused');
  }

  /** What really would run, where that says more than the step's own words. */
  #commandOf({ stepId, argv }: RowEventOf<'step/judged'>): string {
    const step = this.#steps.get(stepId);
    return step?.isLiteral === false && argv !== undefined ? shortCommand(argv) : (step?.text ?? '');
  }

  #addRun(event: { seq: number; at: number }, stepId: StepId, runId: RunId, outcome: RowOutcome): number {
    const { text = this.textOf(stepId), note, risk } = this.#pending.get(runId) ?? {};
    const own = this.#own.get(stepId);
    if (own !== undefined) {
      const said = { ...(note !== undefined && { note }), ...(risk !== undefined && { risk }) };
      this.#book.change(event, own, { outcome, ...said });
      this.tie(runId, own);
      return own;
    }
    const index = this.#book.add(event, {
      rowId: runId,
      kind: this.#steps.get(stepId)?.rowKind ?? 'command',
      text,
      outcome,
      stepId,
      runId,
      ...(note !== undefined && { note }),
      ...(risk !== undefined && { risk }),
    });
    this.tie(runId, index);
    return index;
  }

  #addCall(
    event: { seq: number; at: number; stepId: StepId; runId?: RunId | undefined },
    kind: 'edit' | 'denial',
    outcome: RowOutcome,
  ): void {
    const { stepId, runId } = event;
    const call = runId === undefined ? undefined : this.#pending.get(runId);
    if (runId === undefined || call === undefined) return;
    const index = this.#book.add(event, {
      rowId: runId,
      kind,
      text: `write ${call.callOf}`,
      outcome,
      stepId,
      runId,
      risk: call.risk,
      ...(call.note !== undefined && { note: call.note }),
    });
    this.tie(runId, index);
  }

  /** The row of a run, made where there was none; that of the script itself is its turn. */
  runRow(event: { seq: number; at: number }, stepId: StepId, runId: RunId, outcome: RowOutcome): number {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const turn = this.#pending.has(runId) ? undefined : this.#turns.get(stepId);
    if (turn === undefined) return this.#addRun(event, stepId, runId, outcome);
    this.tie(runId, turn.index);
    return turn.index;
  }

  started(event: RowEventOf<'step/started'>): void {
    const index = this.runRow(event, event.stepId, event.runId, 'running');
    // what is written down of a call is what was decided
    if (!this.#isRun(index)) return;
    this.#book.change(event, index, { outcome: 'running', startedAt: event.at });
  }

  #isRun(index: number): boolean {
    const kind = this.#book.rows[index]?.kind;
    return kind === 'command' || kind === 'turn';
  }

  finished(event: RowEventOf<'step/finished'>): void {
    const { stepId, runId, outcome, exitCode, signal, feedback } = event;
    if (this.isNewCall(runId)) {
      this.#addCall(event, 'denial', outcome === 'ran' ? 'allowed' : outcome);
      return;
    }
    const index = this.runRow(event, stepId, runId, outcome);
    const isCall = !this.#isRun(index);
    this.#book.change(event, index, {
      ...(!(isCall && outcome === 'ran') && { outcome }),
      ...(isCall && this.#book.rows[index]?.outcome === 'running' && { outcome: 'allowed' as const }),
      endedAt: event.at,
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
      ...(feedback !== undefined &&
        (outcome === 'rejected' ? { feedback: cutNote(feedback) } : { note: cutNote(feedback) })),
    });
    this.#addOutput(event);
  }

  #addOutput(event: RowEventOf<'step/finished'>): void {
    const { stepId, runId, output, outcome, exitCode, signal } = event;
    if (output === undefined) return;
    const bytes = output.stdout.totalBytes + output.stderr.totalBytes;
    if (bytes === 0) return;
    this.#book.add(event, {
      rowId: `output-${runId}`,
      kind: 'output',
      text: `${countThings(bytes, 'byte')} printed`,
      outcome,
      stepId,
      runId,
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
    });
  }
}

/** A call that the wall would stop: something is held, and it is not a program that is to start. */
function isBlockedCall({ category, facts }: RowEventOf<'step/judged'>): boolean {
  return facts.isHeld && facts.program === undefined && (category === 'blocked' || category === 'grant');
}

function noteOfTurn({ steps, agentName }: Pick<Turn, 'steps' | 'agentName'>): string {
  return cutNote(`${countThings(steps, 'step')} · ${agentName}`);
}
