import type {
  Approval,
  ApprovalId,
  MethodResult,
  NotificationParams,
  SessionHead,
  SettledApproval,
} from '../protocol/index.ts';
import type { LiveView } from './live-view.ts';

const MAX_SETTLED = 200;
/** Sessions that are not open any more and still in the list. */
const MAX_OTHERS = 200;

type Overview = Pick<LiveView, 'sessions' | 'approvals' | 'settled' | 'answers'>;

/** Everything anew, as the engine has it. What was settled while this page was open stays told. */
export function takeOverview(
  view: Overview,
  { sessions, approvals }: MethodResult<'overview/watch'>,
): Overview {
  return withoutOldAnswers({
    sessions,
    approvals: inOrder(approvals),
    settled: view.settled,
    answers: view.answers,
  });
}

/** The view with what is new, changed or settled. */
export function changeOverview(view: Overview, changed: NotificationParams<'overview/changed'>): Overview {
  const sessions =
    changed.sessions.length === 0 ? view.sessions : mergeHeads(view.sessions, changed.sessions);
  if (changed.approvals.length + changed.settled.length === 0) return { ...view, sessions };
  const open = new Map(view.approvals.map((approval) => [approval.approvalId, approval]));
  for (const approval of changed.approvals) open.set(approval.approvalId, approval);
  const told = changed.settled.map((settled) => withQuestion(settled, open.get(settled.approvalId)));
  for (const { approvalId } of changed.settled) open.delete(approvalId);
  const settled = keepSettled(view.settled, told);
  return withoutOldAnswers({
    sessions,
    approvals: inOrder([...open.values()]),
    settled,
    answers: view.answers,
  });
}

/** The view with what came of a question that was settled while there was no connection. */
export function addSettled(view: Overview, settled: SettledApproval, approval: Approval): Overview {
  return { ...view, settled: keepSettled(view.settled, [{ ...settled, approval }]) };
}

function withQuestion(settled: SettledApproval, approval: Approval | undefined): LiveView['settled'][number] {
  return approval === undefined ? settled : { ...settled, approval };
}

/** Newest first; one that is told again stays where it is, with its question. */
function keepSettled(before: LiveView['settled'], told: LiveView['settled']): LiveView['settled'] {
  const known = new Set(before.map(({ approvalId }) => approvalId));
  const added = told.filter(({ approvalId }) => !known.has(approvalId)).reverse();
  return added.length === 0 ? before : [...added, ...before].slice(0, MAX_SETTLED);
}

function inOrder(approvals: readonly Approval[]): readonly Approval[] {
  return [...approvals].sort((a, b) => a.askedAt - b.askedAt || (a.approvalId < b.approvalId ? -1 : 1));
}

/** Heads in place of older ones of the same session; newest session first; bounded. */
function mergeHeads(before: readonly SessionHead[], changed: readonly SessionHead[]): readonly SessionHead[] {
  const heads = new Map(before.map((head) => [head.sessionId, head]));
  for (const head of changed) {
    // one from before the snapshot may come behind it
    if (head.lastSeq >= (heads.get(head.sessionId)?.lastSeq ?? 0)) heads.set(head.sessionId, head);
  }
  const sorted = [...heads.values()].sort(
    (a, b) => b.openedAt - a.openedAt || (a.sessionId < b.sessionId ? 1 : -1),
  );
  let others = 0;
  return sorted.filter((head) => {
    if (head.state !== 'open') others += 1;
    return head.state === 'open' || others <= MAX_OTHERS;
  });
}

/** What the page did about questions that are neither open nor remembered is of no interest any more. */
function withoutOldAnswers(view: Overview): Overview {
  const open = new Set(view.approvals.map(({ approvalId }) => approvalId));
  const settled = new Set(view.settled.map(({ approvalId }) => approvalId));
  const isWanted = (approvalId: ApprovalId, state: string): boolean =>
    open.has(approvalId) || state === 'sending' || (state === 'failed' && settled.has(approvalId));
  const kept = [...view.answers].filter(([approvalId, { state }]) => isWanted(approvalId, state));
  return kept.length === view.answers.size ? view : { ...view, answers: new Map(kept) };
}
