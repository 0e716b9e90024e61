import { Check, ChevronDown, ChevronUp, Copy, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Approval, ApprovalId } from '../../protocol/index.ts';
import { IconButton } from '../controls/index.ts';
import { useLive, useLocal, usePage } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import css from './inspector.module.css';
import { openCard } from './open-card.ts';

/** How long the tick stays after something was copied, in ms. */
const COPIED_MS = 1500;

/** Copies an ID, and says so. */
export function CopyButton(props: { readonly text: string; readonly label: string }): ReactNode {
  const { host } = usePage();
  const [isCopied, setCopied] = useState(false);
  const onPress = (): void => {
    host.copyText(props.text).then(
      () => {
        setCopied(true);
        host.after(COPIED_MS, () => setCopied(false));
      },
      // where the clipboard is not ours, the tick does not come
      () => setCopied(false),
    );
  };
  return (
    <IconButton label={isCopied ? 'Copied' : props.label} onPress={onPress}>
      <Icon of={isCopied ? Check : Copy} size={14} />
    </IconButton>
  );
}

/** The waiting questions that Previous and Next go through: those of the session that is open, else of all. */
function useNeighbours(approvalId: ApprovalId): { readonly list: readonly Approval[]; readonly at: number } {
  const approvals = useLive((view) => view.approvals);
  const route = useLocal((ui) => ui.route);
  const list =
    route.screen === 'session' ? approvals.filter((one) => one.sessionId === route.sessionId) : approvals;
  return { list, at: list.findIndex((one) => one.approvalId === approvalId) };
}

/** The head above a question: its ID, the others that wait, and the way back to what is behind it. */
export function RequestHead(props: { readonly approvalId: ApprovalId; onClose?(): void }): ReactNode {
  const { approvalId, onClose } = props;
  const page = usePage();
  const { list, at } = useNeighbours(approvalId);
  const before = list[at - 1];
  const after = list[at + 1];
  const go = (approval: Approval | undefined): void => {
    if (approval !== undefined) openCard(page, approval, false);
  };
  return (
    <div className={css['head']}>
      <h2>Request</h2>
      <code>{approvalId}</code>
      <CopyButton text={approvalId} label="Copy ID" />
      <span className={css['steps']}>
        {at >= 0 && (
          <>
            <span className={css['meta']}>
              {at + 1} of {list.length}
            </span>
            <IconButton label="Previous" isDisabled={before === undefined} onPress={() => go(before)}>
              <Icon of={ChevronUp} size={14} />
            </IconButton>
            <IconButton label="Next" isDisabled={after === undefined} onPress={() => go(after)}>
              <Icon of={ChevronDown} size={14} />
            </IconButton>
          </>
        )}
        {onClose !== undefined && (
          <IconButton label="Close" onPress={onClose}>
            <Icon of={X} size={14} />
          </IconButton>
        )}
      </span>
    </div>
  );
}
