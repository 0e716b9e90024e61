/** Collects what the history holds around one question, with bounded reading in sessions of any length. */
import {
  type Approval,
  type ApprovalId,
  type ConfigSnapshot,
  type EventOf,
  type EventType,
  type SessionId,
  type SettledApproval,
  settledAnswer,
} from '../protocol/index.ts';
import { isRootStep } from '../timeline/index.ts';
import type { HistoryReader } from './history/index.ts';
import type { StepRun } from './list-script-steps.ts';

/** A question as the history tells it. */
export interface ApprovalRecord {
  readonly approval: Approval;
  readonly settled: SettledApproval | null;
  readonly opened: EventOf<'session/opened'>;
  readonly snapshot: ConfigSnapshot;
  /** Which script of the session, from 1; 0 outside of one. */
  readonly turn: number;
  /** The script itself. */
  readonly script: EventOf<'step/proposed'> | undefined;
  /** Its steps in order, without those that were not foreseen, but with the one that is asked about. */
  readonly steps: readonly EventOf<'step/proposed'>[];
  /** What is known of the run that is asked about. */
  readonly judged: EventOf<'step/judged'> | undefined;
  /** The latest run of each step that has one. */
  readonly runs: ReadonlyMap<string, StepRun>;
  /** What was really enforced around the script. */
  readonly enforced: EventOf<'step/started'>['access'];
  /** The script has ended. */
  readonly hasEnded: boolean;
  /** There were more runs than were read: steps in front may have run without being in `runs`. */
  readonly isCut: boolean;
}

/** A script has at most 2,000 steps; what was not foreseen comes behind them. */
const MAX_STEPS = 2100;
const MAX_RUN_EVENTS = 4000;

/** Undefined where the history has no such question. Throws a `host` fault where it is damaged. */
export function readApproval(reader: HistoryReader, approvalId: ApprovalId): ApprovalRecord | undefined {
  const place = reader.findApproval(approvalId);
  if (place === undefined) return undefined;
  const at = new SessionEvents(reader, place.sessionId);
  const asked = at.first('approval/asked', { from: place.seq });
  const opened = at.first('session/opened', {});
  if (asked === undefined || opened === undefined) return undefined;
  const { seq, at: _at, type: _type, ...approval } = asked;
  const judged = approval.runId === undefined ? undefined : at.judgement(approval.runId, seq);
  const config = at.snapshotOf(judged?.snapshot, seq);
  if (config === undefined) return undefined;
  const turn = at.last('turn/started', { to: seq });
  const next = turn && at.first('turn/started', { from: turn.seq + 1 });
  const span = { from: turn?.seq ?? seq, to: next?.seq };
  const proposed = at.list('step/proposed', span);
  const runs = at.listRuns(span);
  const script = at.rootOf(proposed, approval.stepId);
  return {
    approval,
    settled: at.settlement(approvalId, seq),
    opened,
    snapshot: config.content,
    turn: turn === undefined ? 0 : reader.countEvents(place.sessionId, 'turn/started', turn.seq),
    script,
    hasEnded: script !== undefined && runs.runs.get(script.stepId)?.finishedAt !== undefined,
    steps: at.stepsOf(
      proposed.filter((step) => step.parentId === script?.stepId),
      approval.stepId,
    ),
    judged,
    ...runs,
  };
}

interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

class SessionEvents {
  readonly #reader: HistoryReader;
  readonly #sessionId: SessionId;

  constructor(reader: HistoryReader, sessionId: SessionId) {
    this.#reader = reader;
    this.#sessionId = sessionId;
  }

  list<T extends EventType>(type: T, span: Span, limit = MAX_STEPS): EventOf<T>[] {
    const events = this.#reader.selectEvents(this.#sessionId, { types: [type], ...span, limit });
    return events.filter((event): event is EventOf<T> => event.type === type);
  }

  first<T extends EventType>(type: T, span: Span): EventOf<T> | undefined {
    return this.list(type, span, 1)[0];
  }

  last<T extends EventType>(type: T, span: Span): EventOf<T> | undefined {
    const selection = { types: [type], ...span, limit: 1, isFromEnd: true };
    const [event] = this.#reader.selectEvents(this.#sessionId, selection);
    return event?.type === type ? (event as EventOf<T>) : undefined;
  }

  /** The script, program or agent that the step belongs to; of a turn where nothing is known of the step, its own. */
  rootOf(
    proposed: readonly EventOf<'step/proposed'>[],
    here: Approval['stepId'],
  ): EventOf<'step/proposed'> | undefined {
    const step = proposed.find(({ stepId }) => stepId === here) ?? this.#stepAt(here);
    if (step !== undefined && isRootStep(step)) return step;
    const parent = proposed.find(({ stepId }) => stepId === step?.parentId) ?? this.#stepAt(step?.parentId);
    return parent ?? proposed.find(isRootStep);
  }

  #stepAt(stepId: Approval['stepId']): EventOf<'step/proposed'> | undefined {
    if (stepId === undefined) return undefined;
    const [event] = this.#reader.selectEvents(this.#sessionId, {
      types: ['step/proposed'],
      having: { field: 'stepId', value: stepId },
      limit: 1,
    });
    return event?.type === 'step/proposed' ? event : undefined;
  }

  /** Foreseen steps, and the one that is asked about wherever it stands. */
  stepsOf(
    proposed: readonly EventOf<'step/proposed'>[],
    here: Approval['stepId'],
  ): EventOf<'step/proposed'>[] {
    const steps = proposed.filter((step) => !isRootStep(step) && !step.isUnforeseen);
    if (here === undefined || proposed.some((step) => step.stepId === here && !step.isUnforeseen))
      return steps;
    const asked = this.#reader.selectEvents(this.#sessionId, {
      types: ['step/proposed'],
      from: proposed[0]?.seq,
      having: { field: 'stepId', value: here },
      limit: 1,
    });
    return [...steps, ...asked.filter((event) => event.type === 'step/proposed')];
  }

  /** The one that was judged under: the configuration may have changed between the judgement and the question. */
  snapshotOf(digest: string | undefined, to: number): EventOf<'config/snapshot'> | undefined {
    const last = this.last('config/snapshot', { to });
    if (digest === undefined || last?.digest === digest) return last;
    return this.list('config/snapshot', { to }).findLast((event) => event.digest === digest) ?? last;
  }

  /** It is written shortly in front of the question. */
  judgement(runId: string, askedSeq: number): EventOf<'step/judged'> | undefined {
    const [event] = this.#reader.selectEvents(this.#sessionId, {
      types: ['step/judged'],
      to: askedSeq,
      having: { field: 'runId', value: runId },
      limit: 1,
      isFromEnd: true,
    });
    return event?.type === 'step/judged' ? event : undefined;
  }

  listRuns(span: Span): Pick<ApprovalRecord, 'runs' | 'enforced' | 'isCut'> {
    const events = this.#reader.selectEvents(this.#sessionId, {
      types: ['step/started', 'step/finished'],
      ...span,
      limit: MAX_RUN_EVENTS,
      isFromEnd: true,
    });
    const runs = new Map<string, StepRun>();
    for (const event of events) {
      if (event.type === 'step/started') {
        runs.set(event.stepId, { runId: event.runId, startedAt: event.at });
      } else if (event.type === 'step/finished') {
        const { runId, at: finishedAt, outcome, exitCode } = event;
        const before = runs.get(event.stepId);
        // The end of an earlier run does not end a later one.
        if (before !== undefined && before.runId !== runId && before.finishedAt === undefined) continue;
        const startedAt = before?.runId === runId ? before.startedAt : undefined;
        runs.set(event.stepId, { runId, startedAt, finishedAt, outcome, exitCode });
      }
    }
    const first = this.first('step/started', span);
    return { runs, enforced: first?.access, isCut: events.length === MAX_RUN_EVENTS };
  }

  settlement(approvalId: ApprovalId, askedSeq: number): SettledApproval | null {
    const [event] = this.#reader.selectEvents(this.#sessionId, {
      types: ['approval/answered', 'approval/withdrawn', 'approval/expired'],
      from: askedSeq,
      having: { field: 'approvalId', value: approvalId },
      limit: 1,
    });
    if (event === undefined) return null;
    const head = { approvalId, sessionId: this.#sessionId, settledAt: event.at };
    switch (event.type) {
      case 'approval/answered':
        return { ...head, ...settledAnswer(event) };
      case 'approval/withdrawn':
        return { ...head, outcome: 'withdrawn', by: event.reason };
      default:
        return { ...head, outcome: 'expired' };
    }
  }
}
