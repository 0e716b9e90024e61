import { useEffect, useRef } from 'react';
import type { WatchedRows } from '../../client/index.ts';
import type { ApprovalId } from '../../protocol/index.ts';
import { useLocal, useNarrow, usePage } from '../local/index.ts';
import type { RowCursor } from './use-row-cursor.ts';
import type { TimelineScroll } from './use-timeline-scroll.ts';

/** The timeline gets the focus, unless the person is somewhere else by now. */
function focusRows(rows: HTMLElement | null): void {
  const { activeElement } = document;
  if (activeElement === document.body || activeElement?.matches('h1') === true) rows?.focus();
}

/** Scrolls once to the row of the question that the address names, or whose card, a page of its own, was left. */
export function useLocatedRow(watched: WatchedRows, scroll: TimelineScroll, cursor: RowCursor): void {
  const { actions } = usePage();
  const isNarrow = useNarrow();
  const named = useLocal(({ route }) => (route.screen === 'session' ? route.approvalId : undefined));
  const left = useLocal(({ cameBackFrom }) => (isNarrow ? cameBackFrom : undefined));
  const wanted = named ?? left;
  const done = useRef<ApprovalId>(undefined);
  const latest = useRef({ scroll, cursor });
  latest.current = { scroll, cursor };
  const isReady = watched.state === 'ready';
  useEffect(() => {
    if (!isReady || wanted === undefined || done.current === wanted) return;
    done.current = wanted;
    const show = (position: number | undefined): void => {
      if (position === undefined || done.current !== wanted) return;
      latest.current.scroll.show(position, 'middle');
      latest.current.cursor.moveTo(position);
      if (wanted === left) focusRows(latest.current.scroll.scrollRef.current);
    };
    // an engine that has gone says so elsewhere on the page
    actions.locate(wanted).then(show, () => undefined);
  }, [actions, isReady, wanted, left]);
}
