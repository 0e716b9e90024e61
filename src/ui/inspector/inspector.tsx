import type { ReactNode } from 'react';
import { useLocal } from '../local/index.ts';
import { ApprovalCard } from './approval-card.tsx';

/** The right pane: the question that is open. */
export function Inspector(_props: Readonly<Record<string, never>>): ReactNode {
  const approvalId = useLocal((ui) => ui.openApprovalId);
  return approvalId === undefined ? null : <ApprovalCard approvalId={approvalId} variant="inspector" />;
}
