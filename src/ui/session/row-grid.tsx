import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { WatchedRows } from '../../client/index.ts';
import { useLocal, usePage } from '../local/index.ts';
import { FollowPill } from './follow-pill.tsx';
import { ROW_GROUP } from './grid-roles.ts';
import { heightOfLiveTail, LiveTail, liveLinesOf } from './live-tail.tsx';
import { Minimap, type MinimapHandle } from './minimap.tsx';
import { openRow } from './open-row.ts';
import { RowHeights, type RowSizes, sizesOfRows } from './row-layout.ts';
import { RowView, rowElementId } from './row-view.tsx';
import css from './timeline.module.css';
import { positionAfter, type TimelineWish, wishOfMove } from './timeline-keys.ts';
import { useLocatedRow } from './use-located-row.ts';
import { useNeededRows } from './use-needed-rows.ts';
import { type RowCursor, useRowCursor } from './use-row-cursor.ts';
import { type TimelineScroll, useTimelineScroll } from './use-timeline-scroll.ts';
import { useWishes } from './use-wishes.ts';

/** Px of air behind the last row. */
const BELOW = 12;

/** The row that an event is about. */
function positionOf(target: EventTarget): number | undefined {
  const text =
    target instanceof Element ? target.closest('[data-position]')?.getAttribute('data-position') : null;
  return text === null || text === undefined ? undefined : Number(text);
}

/** Answers the keys that move among the rows. */
function useMoveKeys(watched: WatchedRows, scroll: TimelineScroll, cursor: RowCursor) {
  const page = usePage();
  const move = (wish: Extract<TimelineWish, { wish: 'move' }>): void => {
    const pageRows = Math.max(1, scroll.range.last - scroll.range.first - 1);
    const position = positionAfter(wish.by, cursor.position, { total: watched.total, pageRows });
    cursor.moveTo(position);
    if (wish.by === 'last') scroll.goToEnd();
    else scroll.show(position, 'nearest');
  };
  return (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || watched.total === 0) return;
    const wish = wishOfMove(event.nativeEvent);
    if (wish === undefined) return;
    event.preventDefault();
    if (wish.wish === 'move') move(wish);
    const row = cursor.position === undefined ? undefined : watched.rows.get(cursor.position);
    if (wish.wish === 'open' && row !== undefined) openRow(page, row);
  };
}

function useRowSizes(): RowSizes {
  const density = useLocal((ui) => ui.density);
  const textSize = useLocal((ui) => ui.textSize);
  return useMemo(() => sizesOfRows(density, textSize), [density, textSize]);
}

/** The heights as the style sheet of the rows takes them. */
function stylesOf({ row, tall, tailLine }: RowSizes): CSSProperties {
  const heights: Record<`--${string}`, string> = {
    '--row-height': `${row}px`,
    '--tall-height': `${tall}px`,
    '--tail-line': `${tailLine}px`,
  };
  return heights;
}

/** A click on a row opens it; one that ends a selection of text does not. */
function useRowClick(watched: WatchedRows): (event: MouseEvent) => void {
  const page = usePage();
  return (event) => {
    const position = positionOf(event.target);
    const row = position === undefined ? undefined : watched.rows.get(position);
    if (row === undefined || getSelection()?.isCollapsed === false) return;
    openRow(page, row);
  };
}

/** The rows as a grid of which only the window in sight exists, with the strip that shows all of them. */
export function RowGrid(props: { readonly watched: WatchedRows }): ReactNode {
  const { watched } = props;
  const { total, sessionId } = watched;
  const sizes = useRowSizes();
  const [heights] = useState(() => new RowHeights(sizes));
  const layout = useMemo(() => heights.learn(watched.rows, sizes), [heights, watched.rows, sizes]);
  const lines = liveLinesOf(watched.liveTail);
  const after = BELOW + heightOfLiveTail(lines, sizes);
  const scroll = useTimelineScroll({ total, layout, after });
  const cursor = useRowCursor(watched.rows);
  const map = useRef<MinimapHandle>(null);
  useNeededRows(watched, scroll.range);
  useLocatedRow(watched, scroll, cursor);
  const notice = useWishes(watched, scroll, cursor);
  const onKeyDown = useMoveKeys(watched, scroll, cursor);
  const onClick = useRowClick(watched);
  const isInPage = scroll.items.some((item) => item.index === cursor.position);
  return (
    <div className={css['timeline']}>
      {/* biome-ignore lint/a11y/useSemanticElements: only the rows in sight are drawn, which no table can do */}
      <div
        ref={scroll.scrollRef}
        role="grid"
        tabIndex={0}
        aria-label="Timeline"
        aria-rowcount={total + (lines.length > 0 ? 1 : 0)}
        aria-activedescendant={
          isInPage && cursor.position !== undefined ? rowElementId(cursor.position) : undefined
        }
        className={css['grid']}
        style={stylesOf(sizes)}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onPointerOver={(event) => map.current?.light(positionOf(event.target))}
        onPointerLeave={() => map.current?.light(undefined)}
      >
        <div {...ROW_GROUP} className={css['sizer']} style={{ height: scroll.whole }}>
          {scroll.items.map((item) => (
            <RowView
              key={item.index}
              row={watched.rows.get(item.index)}
              position={item.index}
              start={item.start}
              isSelected={item.index === cursor.position}
            />
          ))}
          <LiveTail lines={lines} position={total} start={scroll.whole - after} />
        </div>
      </div>
      <Minimap handle={map} marks={watched.map} total={total} range={scroll.range} onGo={scroll.goToPart} />
      {!scroll.isFollowing && <FollowPill sessionId={sessionId} total={total} onPress={scroll.goToEnd} />}
      <div role="status" className={css['notice']}>
        {notice !== undefined && <span>{notice}</span>}
      </div>
    </div>
  );
}
