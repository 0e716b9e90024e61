import type { MapMark, RowCounts, RowFilter, TimelineRow } from '../protocol/index.ts';
import type { RowEvent } from './row-event.ts';

/**
 * The rows of one session, made of its events in their order, and found by place, filter and kind.
 *
 * Rows never move: `index` is given when a row begins and stays. A row keeps only what a line of a list needs, so that
 * a session of a hundred thousand rows fits into memory.
 */
export interface RowIndex {
  readonly total: number;
  /** `seq` of the last event that was folded. */
  readonly lastSeq: number;
  readonly counts: RowCounts;
  /** The rows at these places; those that do not exist are left out. */
  rowsAt(indices: readonly number[]): readonly TimelineRow[];
  /** How many rows fit. */
  countMatches(filter: RowFilter): number;
  /** `limit` rows that fit, beginning with the `position`-th of them. */
  listMatches(filter: RowFilter, position: number, limit: number): readonly TimelineRow[];
  /** Among the rows that fit, the position of the first whose index is not below `index`. */
  positionOf(filter: RowFilter, index: number): number;
  /** Rows that changed behind an event, oldest first; `undefined` when there are more than `limit`. */
  changedAfter(seq: number, limit: number): readonly TimelineRow[] | undefined;
  /** The next row beside a position, among those that fit, that waits for a person or has a question. */
  find(
    filter: RowFilter,
    from: number,
    what: { readonly direction: 'forward' | 'backward'; readonly kind: 'waiting' | 'approval' },
  ): { readonly position: number; readonly row: TimelineRow } | undefined;
  /** The rows that fit in equal stretches, at most one for each row, with the most telling thing in each. */
  map(filter: RowFilter, stretches: number): readonly MapMark[];
  /** Folds the next events; gives the places of rows that are new or changed. Events already folded are passed over. */
  apply(events: readonly RowEvent[]): readonly number[];
}
