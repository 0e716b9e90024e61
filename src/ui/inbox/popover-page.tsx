import { ChevronLeft, ChevronRight, ExternalLink } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo } from 'react';
import type { Approval, ApprovalId } from '../../protocol/index.ts';
import { Button, IconButton } from '../controls/index.ts';
import { ApprovalCard } from '../inspector/index.ts';
import {
  compareApprovals,
  goTo,
  type Route,
  useLive,
  useLocal,
  usePage,
  writeRoute,
} from '../local/index.ts';
import { Icon, Kbd } from '../marks/index.ts';
import { EmptyInbox } from './empty-inbox.tsx';
import { PauseButton } from './group-head.tsx';
import css from './popover.module.css';

/** What was settled is still shown for so long when nothing else waits, ms. */
const SETTLED_MS = 3000;

/** One question in a small window: the most urgent first, the others a step away. */
export function PopoverPage(): ReactNode {
  const approvals = useLive((view) => view.approvals);
  const inOrder = useMemo(() => approvals.toSorted(compareApprovals), [approvals]);
  const shown = useShown(inOrder);
  return (
    <main className={css['place']}>
      <h1 className="visually-hidden">Waiting requests</h1>
      {shown === undefined ? (
        <div className={css['pop']}>
          <EmptyInbox />
        </div>
      ) : (
        <Shown approvalId={shown} inOrder={inOrder} />
      )}
    </main>
  );
}

/** What is shown stays until the person goes on, also when it is settled meanwhile. */
function useShown(inOrder: readonly Approval[]): ApprovalId | undefined {
  const { local, host } = usePage();
  const openId = useLocal((ui) => ui.openApprovalId);
  const first = inOrder[0]?.approvalId;
  const hasNothing = first === undefined;
  useEffect(() => {
    if (openId === undefined && first !== undefined) local.setState({ openApprovalId: first });
    if (openId === undefined || !hasNothing) return;
    return host.after(SETTLED_MS, () => local.setState({ openApprovalId: undefined }));
  }, [local, host, openId, first, hasNothing]);
  return openId;
}

function Shown(props: { readonly approvalId: ApprovalId; readonly inOrder: readonly Approval[] }): ReactNode {
  const { approvalId, inOrder } = props;
  const page = usePage();
  const approval = useLive(
    (view) =>
      view.approvals.find((one) => one.approvalId === approvalId) ??
      view.settled.find((one) => one.approvalId === approvalId)?.approval,
  );
  const openInWindow = (): void => {
    if (approval === undefined) return;
    const route: Route = { screen: 'session', sessionId: approval.sessionId, approvalId };
    if (page.host.openInWindow === undefined) goTo(page, route);
    else page.host.openInWindow(writeRoute(route));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const isOnControl = event.target instanceof Element && event.target.closest('button, a, input, textarea');
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing);
    if (event.key === 'Enter' && isPlain && !isOnControl && !event.defaultPrevented) openInWindow();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: one key for the whole window, the button says it too
    <div className={css['pop']} onKeyDown={onKeyDown}>
      <div className={css['card']}>
        <ApprovalCard approvalId={approvalId} variant="popover" />
      </div>
      <footer className={css['foot']}>
        <Button isCompact look="quiet" isDisabled={approval === undefined} onPress={openInWindow}>
          <Icon of={ExternalLink} size={14} />
          Open in window <Kbd>⏎</Kbd>
        </Button>
        {approval !== undefined && <PauseSession sessionId={approval.sessionId} />}
        <Steps approvalId={approvalId} inOrder={inOrder} />
      </footer>
    </div>
  );
}

function PauseSession(props: Pick<Approval, 'sessionId'>): ReactNode {
  const { actions } = usePage();
  const head = useLive((view) => view.sessions.find((one) => one.sessionId === props.sessionId));
  const isReady = useLive((view) => view.connection.state === 'ready');
  return (
    <PauseButton
      isPaused={head?.isPaused === true}
      isDisabled={!isReady || head?.state !== 'open'}
      // a lost connection shows itself in the strip
      onPress={() => void actions.pause(props.sessionId, head?.isPaused !== true).catch(() => undefined)}
    />
  );
}

function Steps(props: { readonly approvalId: ApprovalId; readonly inOrder: readonly Approval[] }): ReactNode {
  const { local } = usePage();
  const ids = props.inOrder.map(({ approvalId }) => approvalId);
  const place = ids.indexOf(props.approvalId);
  const before = place < 0 ? undefined : ids[place - 1];
  // what is settled has no place any more: from there one goes on with the most urgent
  const after = place < 0 ? ids[0] : ids[place + 1];
  const show = (approvalId: ApprovalId | undefined): void => {
    if (approvalId !== undefined) local.setState({ openApprovalId: approvalId });
  };
  return (
    <span className={css['steps']}>
      <IconButton label="Previous request" isDisabled={before === undefined} onPress={() => show(before)}>
        <Icon of={ChevronLeft} size={14} />
      </IconButton>
      <span>
        {place < 0 ? '–' : place + 1}/{ids.length}
      </span>
      <IconButton label="Next request" isDisabled={after === undefined} onPress={() => show(after)}>
        <Icon of={ChevronRight} size={14} />
      </IconButton>
    </span>
  );
}
