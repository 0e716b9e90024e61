import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef } from 'react';
import type { ApprovalId } from '../../protocol/index.ts';
import { formatAge } from '../marks/index.ts';
import { FloodCard } from './flood-card.tsx';
import { GroupHead } from './group-head.tsx';
import css from './inbox.module.css';
import type { InboxItem, RequestItem } from './list-items.ts';
import { RequestRow } from './request-row.tsx';
import type { Inbox } from './use-inbox.ts';

/** Longer lists are drawn only where one looks. */
const VIRTUAL_FROM = 200;
const HEIGHTS: Record<InboxItem['kind'], number> = { head: 32, request: 36, flood: 210 };

/** The list itself, as a grid of one column of rows. */
export function InboxRows(props: { readonly inbox: Inbox }): ReactNode {
  const { inbox } = props;
  const list = useRef<HTMLDivElement>(null);
  const draw = useDrawItem(inbox);
  const isLong = inbox.items.length > VIRTUAL_FROM;
  const keyOfRow = isLong ? 'long' : 'short';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot be drawn in part
    <div
      ref={list}
      className={css['list']}
      role="grid"
      aria-label="Waiting requests"
      aria-rowcount={inbox.items.length}
      aria-multiselectable="true"
      tabIndex={inbox.stops.length === 0 ? 0 : -1}
    >
      {isLong ? (
        <LongList key={keyOfRow} list={list} inbox={inbox} draw={draw} />
      ) : (
        <ShortList list={list} inbox={inbox} draw={draw} />
      )}
    </div>
  );
}

type DrawItem = (item: InboxItem, index: number) => ReactNode;
interface ListProps {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly inbox: Inbox;
  readonly draw: DrawItem;
}

function focusRow(list: HTMLElement | null, inbox: Inbox): void {
  const { key } = inbox.rowFocus;
  if (key === undefined || list === null) return;
  const row = list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (row === null) return;
  inbox.rowFocus.key = undefined;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

function ShortList({ list, inbox, draw }: ListProps): ReactNode {
  useEffect(() => focusRow(list.current, inbox));
  return inbox.items.map((item, index) => (
    <div key={item.key} role="presentation" className={item.kind === 'head' ? css['sticky'] : ''}>
      {draw(item, index)}
    </div>
  ));
}

function LongList({ list, inbox, draw }: ListProps): ReactNode {
  const { items } = inbox;
  const headPlaces = useMemo(
    () => items.flatMap((item, index) => (item.kind === 'head' ? [index] : [])),
    [items],
  );
  const stuck = useRef(-1);
  const rangeExtractor = useCallback(
    (range: Range) => {
      stuck.current = headPlaces.findLast((place) => place <= range.startIndex) ?? -1;
      const places = new Set([stuck.current, ...defaultRangeExtractor(range)]);
      return [...places].filter((place) => place >= 0).sort((a, b) => a - b);
    },
    [headPlaces],
  );
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => list.current,
    estimateSize: (index) => HEIGHTS[items[index]?.kind ?? 'request'],
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 12,
    scrollPaddingStart: HEIGHTS.head,
    rangeExtractor,
  });
  useEffect(() => {
    const { key } = inbox.rowFocus;
    const place = key === undefined ? -1 : items.findIndex((item) => item.key === key);
    if (place >= 0) virtual.scrollToIndex(place);
    focusRow(list.current, inbox);
  });
  return (
    <div role="presentation" className={css['long']} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index];
        if (item === undefined) return null;
        const isStuck = index === stuck.current;
        return (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            role="presentation"
            className={isStuck ? css['sticky'] : css['placed']}
            style={isStuck ? {} : { transform: `translateY(${start}px)` }}
          >
            {draw(item, index)}
          </div>
        );
      })}
    </div>
  );
}

function useDrawItem(inbox: Inbox): DrawItem {
  const latest = useRef(inbox);
  useEffect(() => {
    latest.current = inbox;
  });
  const find = (id: ApprovalId): RequestItem | undefined =>
    latest.current.stops.find((stop): stop is RequestItem => stop.kind === 'request' && stop.key === id);
  // stable, so that only rows that changed are drawn anew
  // biome-ignore lint/correctness/useExhaustiveDependencies: reads the latest inbox when called
  const acts = useMemo(
    () => ({
      onOpen: (id: ApprovalId) => {
        const stop = find(id);
        if (stop !== undefined) latest.current.open(stop);
      },
      onToggle: (id: ApprovalId) => {
        const stop = find(id);
        if (stop !== undefined) latest.current.toggle(stop);
      },
    }),
    [],
  );
  const mostUrgent = useMemo(() => findMostUrgent(inbox.items), [inbox.items]);
  const hasCursor = inbox.stops.some(({ key }) => key === inbox.cursor);
  const tabStop = hasCursor ? inbox.cursor : inbox.stops[0]?.key;
  return (item, index) => {
    if (item.kind === 'head') return <GroupHead head={item} inbox={inbox} rowIndex={index + 1} />;
    if (item.kind === 'flood')
      return <FloodCard item={item} inbox={inbox} rowIndex={index + 1} isCursor={item.key === tabStop} />;
    const { approval, settled } = item;
    return (
      <RequestRow
        approval={approval}
        settled={settled}
        isSnoozed={item.snoozedUntil !== undefined}
        age={describeAge(item, inbox.nowMs)}
        rowIndex={index + 1}
        isCursor={item.key === tabStop}
        isOpen={inbox.openId === approval.approvalId}
        isSelected={settled === undefined && inbox.selectedIds.has(approval.approvalId)}
        isMostUrgent={item.key === mostUrgent}
        isOfScript={item.isOfScript}
        isSessionNamed={inbox.grouping === 'action' || item.snoozedUntil !== undefined}
        {...acts}
      />
    );
  };
}

/** The oldest critical request that waits: the one thing on the page that may move. */
function findMostUrgent(items: readonly InboxItem[]): string | undefined {
  const critical = items.filter(
    (item): item is RequestItem =>
      item.kind === 'request' && item.settled === undefined && item.approval.risk?.level === 'critical',
  );
  return critical.toSorted((a, b) => a.approval.askedAt - b.approval.askedAt)[0]?.key;
}

/** How long it waits, or how long ago it was settled. */
function describeAge(item: RequestItem, nowMs: number): string {
  return formatAge(nowMs - (item.settled?.settledAt ?? item.approval.askedAt));
}
