import { useEffect, useMemo, useRef, useState } from 'react';
import type { Approval, ApprovalId, SessionId } from '../../protocol/index.ts';
import { useLive, useLocal, useNarrow, useNow, usePage } from '../local/index.ts';
import type { LevelChoice } from './filter-requests.ts';
import { type Grouping, type InboxItem, listItems, type RequestItem, type StopItem } from './list-items.ts';
import { keepCursor, listStops } from './move-cursor.ts';

/** How long a snoozed request stays greyed at the end, ms. */
const SNOOZE_MS = 10 * 60_000;

/** The list as it is looked at, and what can be done with it. Nothing in here answers. */
export interface Inbox {
  readonly items: readonly InboxItem[];
  readonly stops: readonly StopItem[];
  readonly nowMs: number;
  readonly isReady: boolean;
  readonly grouping: Grouping;
  setGrouping(grouping: Grouping): void;
  readonly level: LevelChoice;
  setLevel(level: LevelChoice): void;
  readonly words: string;
  setWords(words: string): void;
  readonly cursor: string | undefined;
  readonly openId: ApprovalId | undefined;
  /** The keyboard moved here: the row gets the focus, and its card is shown without it. */
  moveTo(key: string | undefined): void;
  /** Where the focus is wanted once the row is there; whoever gives it sets this to `undefined`. */
  readonly rowFocus: { key: string | undefined };
  /** A person opens the card, which takes the focus. */
  open(stop: StopItem): void;
  readonly selected: readonly Approval[];
  readonly selectedIds: ReadonlySet<ApprovalId>;
  readonly anchor: string | undefined;
  toggle(request: RequestItem): void;
  select(requests: readonly RequestItem[]): void;
  clearSelection(): void;
  unfold(approvals: readonly Approval[]): void;
  snooze(request: RequestItem): void;
  /** New runs of the session wait, or go on again. */
  togglePause(sessionId: SessionId): void;
}

/** The inbox of this visit. */
export function useInbox(): Inbox {
  const view = useView();
  const stops = useMemo(() => listStops(view.items), [view.items]);
  const [cursor, setCursor] = useCursor(stops, view.openId);
  const selection = useSelection(view.selectedIds, view.setSelectedIds);
  const acts = useActs(view.setUnfolded, setCursor);
  return { ...view, ...selection, ...acts, stops, cursor };
}

function useView() {
  const approvals = useLive((view) => view.approvals);
  const settled = useLive((view) => view.settled);
  const sessions = useLive((view) => view.sessions);
  const isReady = useLive((view) => view.connection.state === 'ready');
  const snoozedUntil = useLocal((local) => local.snoozedUntil);
  const openId = useLocal((local) => local.openApprovalId);
  const nowMs = useNow();
  const [grouping, setGrouping] = useState<Grouping>('session');
  const [level, setLevel] = useState<LevelChoice>('all');
  const [words, setWords] = useState('');
  const [unfolded, setUnfolded] = useState<ReadonlySet<ApprovalId>>(new Set());
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<ApprovalId>>(new Set());
  const selected = useMemo(
    () => approvals.filter(({ approvalId }) => selectedIds.has(approvalId)),
    [approvals, selectedIds],
  );
  const input = { approvals, settled, sessions, nowMs, grouping, level, words, snoozedUntil };
  // what is looked at or selected is not folded away
  const shown = new Set([...unfolded, ...selectedIds, ...(openId === undefined ? [] : [openId])]);
  const items = listItems({ ...input, unfolded: shown });
  const choices = { grouping, setGrouping, level, setLevel, words, setWords };
  return { ...choices, items, nowMs, isReady, openId, selected, selectedIds, setSelectedIds, setUnfolded };
}

/** The request whose card, a page of its own, was left for this list. */
function useLeftCard(): ApprovalId | undefined {
  const isNarrow = useNarrow();
  const cameBackFrom = useLocal((local) => local.cameBackFrom);
  return isNarrow ? cameBackFrom : undefined;
}

function useCursor(
  stops: readonly StopItem[],
  openId: ApprovalId | undefined,
): [string | undefined, (key: string | undefined) => void] {
  const cameBackFrom = useLeftCard();
  // a link to a request leads to its row, and so does the way back from its card
  const [cursor, setCursor] = useState<string | undefined>(openId ?? cameBackFrom);
  const before = useRef(stops);
  const kept = keepCursor(before.current, stops, cursor);
  useEffect(() => {
    before.current = stops;
    if (kept !== cursor) setCursor(kept);
  });
  return [kept, setCursor];
}

function useSelection(
  selectedIds: ReadonlySet<ApprovalId>,
  setSelectedIds: (ids: ReadonlySet<ApprovalId>) => void,
): Pick<Inbox, 'anchor' | 'toggle' | 'select' | 'clearSelection'> {
  const [anchor, setAnchor] = useState<string | undefined>(undefined);
  return {
    anchor,
    toggle: ({ key, approval, settled }) => {
      if (settled !== undefined) return;
      const next = new Set(selectedIds);
      if (!next.delete(approval.approvalId)) next.add(approval.approvalId);
      setSelectedIds(next);
      setAnchor(key);
    },
    select: (requests) => {
      setSelectedIds(new Set([...selectedIds, ...requests.map(({ approval }) => approval.approvalId)]));
    },
    clearSelection: () => {
      setSelectedIds(new Set());
      setAnchor(undefined);
    },
  };
}

function useActs(
  setUnfolded: (change: (before: ReadonlySet<ApprovalId>) => ReadonlySet<ApprovalId>) => void,
  setCursor: (key: string | undefined) => void,
): Pick<Inbox, 'moveTo' | 'rowFocus' | 'open' | 'unfold' | 'snooze' | 'togglePause'> {
  const { live, local, host, actions } = usePage();
  const rowFocus = useRef<{ key: string | undefined }>({ key: useLeftCard() }).current;
  const unfold = (approvals: readonly Approval[]): void => {
    setUnfolded((before) => new Set([...before, ...approvals.map(({ approvalId }) => approvalId)]));
    const first = approvals[0]?.approvalId;
    setCursor(first);
    rowFocus.key = first;
  };
  return {
    rowFocus,
    unfold,
    moveTo: (key) => {
      setCursor(key);
      rowFocus.key = key;
    },
    open: (stop) => {
      if (stop.kind === 'flood') {
        unfold(stop.flood.approvals);
        return;
      }
      setCursor(stop.key);
      const { approvalId } = stop.approval;
      local.setState({ openApprovalId: approvalId, cardFocusWanted: approvalId });
    },
    snooze: ({ approval, snoozedUntil }) => {
      const until = new Map(local.getState().snoozedUntil);
      if (snoozedUntil === undefined) until.set(approval.approvalId, host.nowMs() + SNOOZE_MS);
      else until.delete(approval.approvalId);
      local.setState({ snoozedUntil: until });
    },
    togglePause: (sessionId) => {
      const head = live.getState().sessions.find((session) => session.sessionId === sessionId);
      // a lost connection shows itself in the strip; the state of the session is what the engine says
      if (head !== undefined) actions.pause(sessionId, !head.isPaused).catch(() => undefined);
    },
  };
}
