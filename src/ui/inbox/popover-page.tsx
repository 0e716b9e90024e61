import type { ReactNode } from 'react';
import { ApprovalCard } from '../inspector/index.ts';
import { useLive } from '../local/index.ts';

/** One question in a small window. */
export function PopoverPage(): ReactNode {
  const first = useLive((view) => view.approvals[0]);
  if (first === undefined) return <h1>Nothing is waiting.</h1>;
  return <ApprovalCard approvalId={first.approvalId} variant="popover" />;
}
