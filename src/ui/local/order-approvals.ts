import type { Approval, ApprovalId } from '../../protocol/index.ts';

/** Not reviewed stands above low: nobody knows that it is harmless. */
const NOT_REVIEWED = 2.5;

/** How urgent a risk is, 0 to 10. */
export function rankRisk(risk: Pick<NonNullable<Approval['risk']>, 'score'> | null): number {
  return risk === null ? NOT_REVIEWED : risk.score;
}

/** For sorting: the worst first, of equal ones the oldest. */
export function compareApprovals(a: Approval, b: Approval): number {
  return rankRisk(b.risk) - rankRisk(a.risk) || a.askedAt - b.askedAt;
}

/** The question that has waited longest; a snoozed one only when there is no other. */
export function findOldest(
  approvals: readonly Approval[],
  snoozedUntil: ReadonlyMap<ApprovalId, number>,
  nowMs: number,
): Approval | undefined {
  const isAwake = (approval: Approval): boolean => (snoozedUntil.get(approval.approvalId) ?? 0) <= nowMs;
  const awake = approvals.filter(isAwake);
  const all = awake.length > 0 ? awake : approvals;
  return all.reduce<Approval | undefined>(
    (oldest, next) => (oldest === undefined || next.askedAt < oldest.askedAt ? next : oldest),
    undefined,
  );
}
