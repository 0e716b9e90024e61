import { useEffect, useRef } from 'react';
import { usePage } from '../local/index.ts';

/** Ms between two demands: a wheel passes hundreds of rows a second. */
const PERIOD = 50;
/** Rows beyond those in sight. */
const AHEAD = 60;

/** Tells which rows are looked at, so that the missing ones are fetched. */
export function useNeededRows(first: number, last: number, total: number): void {
  const { actions, host } = usePage();
  const wanted = useRef({ from: 0, to: 0 });
  const isDue = useRef(false);
  wanted.current = { from: Math.max(0, first - AHEAD), to: Math.min(total, last + 1 + AHEAD) };
  const { from, to } = wanted.current;
  useEffect(() => {
    if (isDue.current || to <= from) return;
    isDue.current = true;
    actions.need(from, to);
    host.after(PERIOD, () => {
      isDue.current = false;
      const now = wanted.current;
      if (now.from !== from || now.to !== to) actions.need(now.from, now.to);
    });
  }, [actions, host, from, to]);
}
