import type { ReactNode } from 'react';
import type { ApprovalId } from '../../protocol/index.ts';
import { useLive } from '../local/index.ts';
import { SafeText } from '../marks/index.ts';

export type CardVariant = 'inspector' | 'popover' | 'page';

/** A question, as it waits. */
export function ApprovalCard(props: {
  readonly approvalId: ApprovalId;
  readonly variant: CardVariant;
}): ReactNode {
  const approval = useLive((view) => view.approvals.find((one) => one.approvalId === props.approvalId));
  if (approval === undefined) return <p>{props.approvalId} does not wait.</p>;
  return (
    <section aria-label={approval.approvalId}>
      <SafeText text={approval.text} isBlock />
    </section>
  );
}
