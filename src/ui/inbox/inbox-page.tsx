import { type ReactNode, useEffect, useRef } from 'react';
import { Button, Segmented } from '../controls/index.ts';
import { useLive, useNarrow, usePage } from '../local/index.ts';
import { BatchBar } from './batch-bar.tsx';
import { EmptyInbox } from './empty-inbox.tsx';
import css from './inbox.module.css';
import { InboxBar } from './inbox-bar.tsx';
import { InboxRows } from './inbox-rows.tsx';
import { KeyHints } from './key-hints.tsx';
import type { Grouping } from './list-items.ts';
import { type Inbox, useInbox } from './use-inbox.ts';
import { useInboxKeys } from './use-inbox-keys.ts';

const GROUPINGS: readonly { readonly value: Grouping; readonly words: string }[] = [
  { value: 'session', words: 'Session' },
  { value: 'action', words: 'Same action' },
];

/** Everything that waits, over all sessions. */
export function InboxPage(): ReactNode {
  const inbox = useInbox();
  const pane = useRef<HTMLElement>(null);
  const filterField = useRef<HTMLInputElement>(null);
  useInboxKeys(pane, filterField, inbox);
  useShownCard(inbox);
  return (
    <main ref={pane} className={css['page']}>
      <div className={css['head']}>
        <h1>Inbox</h1>
        <Waiting />
        <span className={css['groupBy']} aria-hidden="true">
          group by
        </span>
        <div className={css['compact']}>
          <Segmented
            label="Group by"
            value={inbox.grouping}
            choices={GROUPINGS}
            onChange={inbox.setGrouping}
          />
        </div>
      </div>
      <InboxBar
        inbox={inbox}
        filterField={filterField}
        onLeave={() => inbox.moveTo(inbox.cursor ?? inbox.stops[0]?.key)}
      />
      <Content inbox={inbox} />
      <BatchBar inbox={inbox} />
      <KeyHints />
    </main>
  );
}

function Waiting(): ReactNode {
  const approvals = useLive((view) => view.approvals);
  const sessions = new Set(approvals.map(({ sessionId }) => sessionId)).size;
  return (
    <span className={css['waiting']}>
      {approvals.length} waiting
      {sessions > 0 && ` over ${sessions} session${sessions === 1 ? '' : 's'}`}
    </span>
  );
}

function Content(props: { readonly inbox: Inbox }): ReactNode {
  const { inbox } = props;
  const isNarrowed = inbox.level !== 'all' || inbox.words.trim() !== '';
  if (inbox.items.length > 0) return <InboxRows inbox={inbox} />;
  if (!isNarrowed) {
    return (
      <div className={css['list']}>
        <EmptyInbox />
      </div>
    );
  }
  return (
    <div className={css['nothing']}>
      <p>No waiting request fits.</p>
      <Button
        isCompact
        onPress={() => {
          inbox.setLevel('all');
          inbox.setWords('');
        }}
      >
        Show all
      </Button>
    </div>
  );
}

/** The inspector shows the request at the cursor, without the focus; at first the most urgent one. */
function useShownCard(inbox: Inbox): void {
  const { local } = usePage();
  const hasShown = useRef(false);
  // in one column there is no inspector: a card is opened, or it is not there
  const isNarrow = useNarrow();
  const { stops, cursor, openId } = inbox;
  const first = stops.find((stop) => stop.kind === 'request')?.key;
  useEffect(() => {
    if (hasShown.current || first === undefined || isNarrow) return;
    hasShown.current = true;
    if (openId === undefined) show(first);
  });
  const shownFor = useRef(cursor);
  useEffect(() => {
    if (cursor === shownFor.current) return;
    const isGone = !stops.some(({ key }) => key === shownFor.current);
    const wasAnywhere = shownFor.current !== undefined;
    shownFor.current = cursor;
    // a cursor that slid because its request left does not take the card along: the person reads what came of it
    if (!(isGone && wasAnywhere) && cursor !== undefined) show(cursor);
  });
  function show(key: string): void {
    const stop = stops.find((one) => one.key === key);
    if (stop?.kind === 'request' && !isNarrow) local.setState({ openApprovalId: stop.approval.approvalId });
  }
}
