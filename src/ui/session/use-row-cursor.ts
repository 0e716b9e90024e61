import { useEffect, useRef, useState } from 'react';
import type { WatchedRows } from '../../client/index.ts';
import type { TimelineRow } from '../../protocol/index.ts';
import { useLocal, usePage } from '../local/index.ts';
import { selectRow, showRow } from './open-row.ts';

export interface RowCursor {
  /** Of the selected row; `undefined` where none is, or it is not among the rows that are known. */
  readonly position: number | undefined;
  /** Selects the row at a position; as soon as it is there. `isShown`: and shows it in the inspector. */
  moveTo(position: number, isShown?: boolean): void;
}

/** The selected row as a position; what the page remembers of the row is kept as new as the row is. */
export function useRowCursor(rows: WatchedRows['rows']): RowCursor {
  const page = usePage();
  const selectedRowId = useLocal((ui) => ui.selectedRowId);
  const known = useRef<{ readonly rowId: string; readonly position: number }>(undefined);
  const [awaited, setAwaited] = useState<{ readonly position: number; readonly isShown: boolean }>();

  const position = awaited?.position ?? findRow(rows, selectedRowId, known.current?.position);
  useEffect(() => {
    if (position !== undefined && selectedRowId !== undefined) {
      known.current = { rowId: selectedRowId, position };
    }
  });
  const row = position === undefined ? undefined : rows.get(position);
  useEffect(() => {
    if (row === undefined) return;
    if (awaited !== undefined) {
      (awaited.isShown ? showRow : selectRow)(page, row);
      setAwaited(undefined);
    } else if (row.rowId === page.local.getState().selectedRowId) selectRow(page, row);
  }, [page, row, awaited]);
  return {
    position,
    moveTo: (next, isShown = false) => setAwaited({ position: next, isShown }),
  };
}

function findRow(
  rows: ReadonlyMap<number, TimelineRow>,
  rowId: string | undefined,
  guess: number | undefined,
): number | undefined {
  if (rowId === undefined) return undefined;
  if (guess !== undefined && rows.get(guess)?.rowId === rowId) return guess;
  for (const [position, row] of rows) if (row.rowId === rowId) return position;
  return undefined;
}
