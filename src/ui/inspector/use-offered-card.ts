import { useState } from 'react';
import type { ApprovalId, SessionId } from '../../protocol/index.ts';
import { findOldest, useLive, useLocal, usePage } from '../local/index.ts';

/** The card that a session shows by itself. */
export interface OfferedCard {
  readonly approvalId: ApprovalId | undefined;
  /** Takes this question away; it is not offered again. */
  close(approvalId: ApprovalId): void;
}

/** The question of a session that has waited longest, but for those that were closed. */
function useOldest(
  sessionId: SessionId | undefined,
  closed: ReadonlySet<ApprovalId>,
): ApprovalId | undefined {
  const { host } = usePage();
  const approvals = useLive((view) => view.approvals);
  const snoozedUntil = useLocal((ui) => ui.snoozedUntil);
  const ours = approvals.filter((one) => one.sessionId === sessionId && !closed.has(one.approvalId));
  return findOldest(ours, snoozedUntil, host.nowMs())?.approvalId;
}

/**
 * What the inspector of a session shows where nobody chose anything: the question that has waited longest, as soon as
 * there is one. It stays when it is settled, with what came of it; no other one takes its place by itself. `sessionId`
 * is `undefined` where something was chosen, which begins anew.
 */
export function useOfferedCard(sessionId: SessionId | undefined): OfferedCard {
  const [closed, setClosed] = useState<ReadonlySet<ApprovalId>>(new Set());
  const [kept, setKept] = useState<{
    sessionId: SessionId | undefined;
    approvalId: ApprovalId | undefined;
  }>();
  const oldest = useOldest(sessionId, closed);
  const isKept =
    kept?.approvalId !== undefined && kept.sessionId === sessionId && !closed.has(kept.approvalId);
  const approvalId = isKept ? kept.approvalId : oldest;
  if (kept?.sessionId !== sessionId || kept?.approvalId !== approvalId) setKept({ sessionId, approvalId });
  return {
    approvalId: sessionId === undefined ? undefined : approvalId,
    close: (id) => setClosed((old) => new Set(old).add(id)),
  };
}
