import { useEffect, useRef } from 'react';
import type { WatchedRows } from '../../client/index.ts';
import { usePage } from '../local/index.ts';

/** Ms between two demands: a wheel passes hundreds of rows a second. */
const PERIOD = 50;
/** Rows beyond those in sight. */
const AHEAD = 150;

/** Tells which rows are looked at, so that the missing ones are fetched; again when others came and they did not. */
export function useNeededRows(
  { rows, total }: Pick<WatchedRows, 'rows' | 'total'>,
  { first, last }: { readonly first: number; readonly last: number },
): void {
  const { actions, host } = usePage();
  const from = Math.max(0, first - AHEAD);
  const to = Math.min(total, last + 1 + AHEAD);
  const wanted = useRef({ from, to });
  wanted.current = { from, to };
  const isDue = useRef(false);
  const isMissing = total > 0 && !(rows.has(first) && rows.has(Math.min(last, total - 1)));
  const without = isMissing ? rows : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that came without the wanted ones are a reason to ask
  useEffect(() => {
    if (isDue.current || to <= from) return;
    isDue.current = true;
    actions.need(from, to);
    host.after(PERIOD, () => {
      isDue.current = false;
      const now = wanted.current;
      if (now.from !== from || now.to !== to) actions.need(now.from, now.to);
    });
  }, [actions, host, from, to, without]);
}
