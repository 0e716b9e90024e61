import { useEffect, useRef, useState } from 'react';
import type { WatchedRows } from '../../client/index.ts';
import { usePage } from '../local/index.ts';
import type { TimelineWish } from './timeline-keys.ts';
import { useLetters } from './use-letters.ts';
import type { RowCursor } from './use-row-cursor.ts';
import type { TimelineScroll } from './use-timeline-scroll.ts';

/** Ms that a notice stays. */
const NOTICE_MS = 3000;

type Find = Extract<TimelineWish, { wish: 'find' }>;

function noticeOf({ what, direction }: Find): string {
  if (what === 'waiting') return 'Nothing waits in these rows.';
  return direction === 'forward' ? 'No question further down.' : 'No question further up.';
}

/** Where the search for the next row begins: at the selected row when it is in sight, otherwise at the edge of sight. */
function beginOf({ direction }: Find, { range }: TimelineScroll, { position }: RowCursor): number {
  if (position !== undefined && position >= range.first && position <= range.last) return position;
  return direction === 'forward' ? range.first - 1 : range.last + 1;
}

/** Answers the single letters of the timeline; gives what there is to say about it. */
export function useWishes(
  { total }: WatchedRows,
  scroll: TimelineScroll,
  cursor: RowCursor,
): string | undefined {
  const { actions, host } = usePage();
  const [notice, setNotice] = useState<string>();
  const latest = useRef({ scroll, cursor });
  latest.current = { scroll, cursor };
  useEffect(() => {
    return notice === undefined ? undefined : host.after(NOTICE_MS, () => setNotice(undefined));
  }, [host, notice]);

  const find = async (wish: Find): Promise<void> => {
    const { what, direction } = wish;
    const from = Math.max(-1, beginOf(wish, scroll, cursor));
    const around = direction === 'forward' ? -1 : total;
    const found =
      (await actions.find(from, direction, what)) ??
      // what waits is looked for all around
      (what === 'waiting' ? await actions.find(around, direction, what) : undefined);
    if (found === undefined) return setNotice(noticeOf(wish));
    latest.current.scroll.show(found.position, 'middle');
    latest.current.cursor.moveTo(found.position, true);
  };
  useLetters((wish) => {
    if (wish.wish === 'follow') scroll.goToEnd();
    // an engine that has gone says so elsewhere on the page
    if (wish.wish === 'find') find(wish).catch(() => undefined);
    return wish.wish === 'follow' || wish.wish === 'find';
  });
  return notice;
}
