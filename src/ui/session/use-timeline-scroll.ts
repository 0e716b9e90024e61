import {
  observeElementOffset,
  observeElementRect,
  useVirtualizer,
  type VirtualItem,
  type Virtualizer,
} from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { RowLayout } from './row-layout.ts';
import {
  AT_END,
  farthest,
  holdAt,
  offsetOfHold,
  offsetToShow,
  type ScrollHold,
  type ScrollPlace,
} from './scroll-hold.ts';
import { ScrollKeeper } from './scroll-keeper.ts';

/** Rows above and below the view that are drawn already: one turn of a wheel. */
const OVERSCAN = 8;
/** Px before the first row. */
const ROWS_TOP = 4;

type RowVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>;

export interface TimelineScroll {
  readonly scrollRef: RefObject<HTMLDivElement | null>;
  readonly items: readonly VirtualItem[];
  /** Px of all rows together. */
  readonly whole: number;
  /** The first and the last position in sight. */
  readonly range: { readonly first: number; readonly last: number };
  /** The end is in sight, and stays so when rows come. */
  readonly isFollowing: boolean;
  goToEnd(): void;
  /** Brings a row into sight; nothing moves when it is. */
  show(position: number, where: 'middle' | 'nearest'): void;
  /** Brings this part of all rows (0 to 1) into the middle. */
  goToPart(part: number): void;
}

function placeOf(virtualizer: RowVirtualizer): ScrollPlace {
  return {
    offset: virtualizer.scrollOffset ?? 0,
    height: virtualizer.scrollRect?.height ?? 0,
    whole: virtualizer.getTotalSize(),
  };
}

function startOf(virtualizer: RowVirtualizer, position: number): number {
  return virtualizer.measurementsCache[Math.min(position, virtualizer.options.count - 1)]?.start ?? 0;
}

function createMoves(virtualizer: RowVirtualizer, keeper: ScrollKeeper, layout: RowLayout) {
  const moveTo = (offset: number, next?: ScrollHold): void => {
    const place = { ...placeOf(virtualizer), offset };
    keeper.keep(next ?? holdAt(place, virtualizer.getVirtualItemForOffset(offset), offset));
    keeper.write(offset);
  };
  return {
    goToEnd: () => moveTo(farthest(placeOf(virtualizer)), AT_END),
    show: (position: number, where: 'middle' | 'nearest'): void => {
      const place = placeOf(virtualizer);
      const start = startOf(virtualizer, position);
      const offset = offsetToShow({ start, end: start + layout.heightAt(position) }, place, where);
      if (offset === undefined) return;
      const isEnd = offset >= farthest(place);
      moveTo(offset, isEnd ? AT_END : { to: 'row', position, fromTop: start - offset });
    },
    goToPart: (part: number): void => {
      const place = placeOf(virtualizer);
      const { count } = virtualizer.options;
      const start = startOf(virtualizer, Math.max(0, Math.floor(part * count)));
      moveTo(Math.round(Math.min(farthest(place), Math.max(0, start - place.height / 2))));
    },
  };
}

/**
 * The window of rows that is drawn, and what stays where it is. What a person looks at never moves by itself: when rows
 * come or turn out to be of another height than was thought, the view is set so that the topmost row, or the end, stays.
 */
export function useTimelineScroll(of: {
  readonly total: number;
  readonly layout: RowLayout;
  /** Px behind the last row. */
  readonly after: number;
}): TimelineScroll {
  const { total, layout, after } = of;
  const [keeper] = useState(() => new ScrollKeeper());
  const isFollowing = useSyncExternalStore(keeper.subscribe, keeper.isFollowing);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: total,
    getScrollElement: () => keeper.scrollRef.current,
    estimateSize: layout.heightAt,
    // another layout brings another function: only then all positions are made anew
    getItemKey: layout.keyAt,
    overscan: OVERSCAN,
    paddingStart: ROWS_TOP,
    paddingEnd: after,
    observeElementOffset: (instance, tell) =>
      observeElementOffset(instance, (offset, isScrolling) => {
        if (offset !== instance.scrollOffset && keeper.isWish(offset)) {
          const place = { ...placeOf(instance), offset };
          const before = instance.scrollOffset ?? 0;
          keeper.keep(holdAt(place, instance.getVirtualItemForOffset(offset), before));
        }
        tell(offset, isScrolling);
      }),
    observeElementRect: (instance, tell) =>
      observeElementRect(instance, (rect) => {
        tell(rect);
        // a row at the top stays anyway
        if (keeper.hold.to === 'end' && rect.height > 0) keeper.write(farthest(placeOf(instance)));
      }),
  });

  const place = placeOf(virtualizer);
  const wanted = offsetOfHold(keeper.hold, place, (position) => startOf(virtualizer, position));
  const isMoved = place.height > 0 && Math.abs(wanted - place.offset) >= 0.5;
  // before the rows are chosen, so that no frame shows others
  if (isMoved) {
    virtualizer.scrollOffset = wanted;
    keeper.owe(wanted);
  }
  useLayoutEffect(() => keeper.pay());
  const items = virtualizer.getVirtualItems();
  const { startIndex: first = 0, endIndex: last = 0 } = virtualizer.range ?? {};
  const moves = createMoves(virtualizer, keeper, layout);
  return {
    scrollRef: keeper.scrollRef,
    items,
    whole: place.whole,
    range: { first, last },
    isFollowing,
    ...moves,
  };
}
