import type { ApprovalId, Event, EventOf, RunId, StepId } from '../protocol/index.ts';
import type { ApprovalRow, NoteRow, RunRow, SessionView, StepRow } from './session-view.ts';

type Counts = SessionView['counts'];

/** Adds to some of the counts. */
function count(view: SessionView, changes: Partial<Counts>): SessionView {
  const counts: Record<keyof Counts, number> = { ...view.counts };
  for (const name of ['steps', 'runs', 'asked', 'openApprovals', 'allowed', 'rejected', 'refused'] as const) {
    counts[name] += changes[name] ?? 0;
  }
  return { ...view, counts };
}

function addRow(view: SessionView, row: StepRow | NoteRow): SessionView {
  return { ...view, rows: [...view.rows, row] };
}

/** Changes the last row that fits; the same view when none does. Events are mostly about rows near the end. */
function changeStep(
  view: SessionView,
  fits: (row: StepRow) => boolean,
  change: (row: StepRow) => StepRow,
): SessionView {
  const index = view.rows.findLastIndex((row) => row.kind === 'step' && fits(row));
  const row = view.rows[index];
  if (row === undefined || row.kind !== 'step') return view;
  return { ...view, rows: view.rows.with(index, change(row)) };
}

/** Changes a run of a step, and begins it when this is the first that is heard of it. */
function changeRun(
  view: SessionView,
  { stepId, runId }: { readonly stepId: StepId; readonly runId: RunId },
  change: (run: RunRow) => RunRow,
): SessionView {
  let isNew = false;
  const changed = changeStep(
    view,
    (row) => row.stepId === stepId,
    (row) => {
      const index = row.runs.findLastIndex((run) => run.runId === runId);
      const run = row.runs[index];
      isNew = run === undefined;
      if (run !== undefined) return { ...row, runs: row.runs.with(index, change(run)) };
      return { ...row, runs: [...row.runs, change({ runId, approvals: [] })] };
    },
  );
  return isNew ? count(changed, { runs: 1 }) : changed;
}

function foldJudged(view: SessionView, event: EventOf<'step/judged'>): SessionView {
  const { verdict, category, reasons, risk, grant, stepId, runId, argv } = event;
  const judgement = { verdict, category, reasons, risk, ...(grant === undefined ? {} : { grant }) };
  if (runId === undefined) {
    return changeStep(
      view,
      (row) => row.stepId === stepId,
      (row) => ({ ...row, preview: judgement }),
    );
  }
  const judged = changeRun(view, { stepId, runId }, (run) => ({
    ...run,
    judgement,
    ...(argv === undefined ? {} : { argv }),
  }));
  return verdict === 'refuse' ? count(judged, { refused: 1 }) : judged;
}

function foldFinished(view: SessionView, event: EventOf<'step/finished'>): SessionView {
  const { type, seq, at, sessionId, stepId, runId, ...result } = event;
  return changeRun(view, { stepId, runId }, (run) => ({ ...run, ...result, finishedAt: at }));
}

function foldAsked(view: SessionView, event: EventOf<'approval/asked'>): SessionView {
  const { approvalId, runId, stepId, text, risk, askedAt } = event;
  const approval: ApprovalRow = { approvalId, runId, text, risk, askedAt, outcome: 'open' };
  const counted = count(view, { asked: 1, openApprovals: 1 });
  if (stepId === undefined) return addNote(counted, event);
  if (runId !== undefined) {
    return changeRun(counted, { stepId, runId }, (run) => ({
      ...run,
      approvals: [...run.approvals, approval],
    }));
  }
  return changeStep(
    counted,
    (row) => row.stepId === stepId,
    (row) => ({ ...row, approvals: [...row.approvals, approval] }),
  );
}

function settleIn(
  approvals: readonly ApprovalRow[],
  approvalId: ApprovalId,
  result: Partial<ApprovalRow>,
): readonly ApprovalRow[] {
  const index = approvals.findIndex((approval) => approval.approvalId === approvalId);
  const approval = approvals[index];
  return approval === undefined ? approvals : approvals.with(index, { ...approval, ...result });
}

function settle(view: SessionView, approvalId: ApprovalId, result: Partial<ApprovalRow>): SessionView {
  const isIt = (approval: ApprovalRow): boolean => approval.approvalId === approvalId;
  const settled = changeStep(
    view,
    (row) => row.approvals.some(isIt) || row.runs.some((run) => run.approvals.some(isIt)),
    (row) => ({
      ...row,
      approvals: settleIn(row.approvals, approvalId, result),
      runs: row.runs.map((run) =>
        run.approvals.some(isIt) ? { ...run, approvals: settleIn(run.approvals, approvalId, result) } : run,
      ),
    }),
  );
  return count(settled, {
    openApprovals: -1,
    allowed: result.outcome === 'allowed' ? 1 : 0,
    rejected: result.outcome === 'rejected' ? 1 : 0,
  });
}

function foldAnswered(view: SessionView, event: EventOf<'approval/answered'>): SessionView {
  const { outcome, by, scope, feedback, at } = event;
  return settle(view, event.approvalId, {
    outcome,
    by,
    settledAt: at,
    ...(scope === undefined ? {} : { scope }),
    ...(feedback === undefined ? {} : { feedback }),
  });
}

function addNote(view: SessionView, event: NoteRow['event']): SessionView {
  return addRow(view, { kind: 'note', seq: event.seq, at: event.at, event });
}

function foldDenied(view: SessionView, event: EventOf<'wall/denied'>): SessionView {
  const { stepId } = event;
  const changed = changeStep(
    view,
    (row) => row.stepId === stepId,
    (row) => ({ ...row, denials: [...row.denials, event] }),
  );
  return changed === view ? addNote(view, event) : changed;
}

function foldOpened(view: SessionView, event: EventOf<'session/opened'>): SessionView {
  const { sessionId, title, origin, agentName, engineId, cwd, workspace, at } = event;
  return { ...view, sessionId, title, origin, agentName, engineId, cwd, workspace, openedAt: at };
}

/** Events about the session itself. */
function foldSessionEvent(view: SessionView, event: Event): SessionView {
  switch (event.type) {
    case 'session/opened':
      return foldOpened(view, event);
    case 'session/closed':
      return {
        ...view,
        state: 'closed',
        isPaused: false,
        closedAt: event.at,
        closeReason: event.detail ?? event.reason,
      };
    case 'session/lost':
      return { ...view, state: 'lost', isPaused: false, closedAt: event.at };
    case 'session/paused':
      return { ...view, isPaused: true };
    case 'session/resumed':
      return { ...view, isPaused: false };
    case 'config/snapshot':
      return { ...view, config: event.content, warnings: event.warnings };
    case 'message/added':
    case 'network/judged':
    case 'edit/proposed':
    case 'edit/applied':
    case 'turn/ended':
      return addNote(view, event);
    default:
      return view;
  }
}

/** Events about steps, their runs and the questions about them. */
function foldStepEvent(view: SessionView, event: Event): SessionView {
  switch (event.type) {
    case 'step/proposed': {
      const { seq, at, stepId } = event;
      const row: StepRow = {
        kind: 'step',
        seq,
        at,
        stepId,
        step: event,
        runs: [],
        approvals: [],
        denials: [],
      };
      return count(addRow(view, row), { steps: 1 });
    }
    case 'step/judged':
      return foldJudged(view, event);
    case 'step/started': {
      const { access, at } = event;
      return changeRun(view, event, (run) => ({
        ...run,
        startedAt: at,
        ...(access === undefined ? {} : { access }),
      }));
    }
    case 'step/finished':
      return foldFinished(view, event);
    case 'wall/denied':
      return foldDenied(view, event);
    case 'approval/asked':
      return foldAsked(view, event);
    case 'approval/answered':
      return foldAnswered(view, event);
    case 'approval/withdrawn':
      return settle(view, event.approvalId, { outcome: 'withdrawn', by: event.reason, settledAt: event.at });
    case 'approval/expired':
      return settle(view, event.approvalId, { outcome: 'expired', settledAt: event.at });
    default:
      return foldSessionEvent(view, event);
  }
}

/** The view after one more event of the same session, in the order of `seq`. */
export function foldSession(view: SessionView, event: Event): SessionView {
  return { ...foldStepEvent(view, event), lastSeq: event.seq };
}
