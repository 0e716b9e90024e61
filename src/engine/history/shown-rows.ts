import type { TimelineRow } from '../../protocol/index.ts';
import type { RowIndex } from '../../timeline/index.ts';
import { maskRow } from './mask-shown.ts';

/** Ends of outputs that are kept; each is a kilobyte at most. */
const MAX_KEPT = 2000;

/**
 * The same rows as they are shown: masked, and with the ends of outputs as the history has them, for a fold over events
 * does not see them.
 */
export function asShown(index: RowIndex, readTail: (row: TimelineRow) => TimelineRow['tail']): RowIndex {
  const kept = new Map<number, TimelineRow['tail']>();

  function tailOf(row: TimelineRow): TimelineRow['tail'] {
    if (kept.has(row.index)) return kept.get(row.index);
    const tail = readTail(row);
    kept.set(row.index, tail);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return tail;
  }
  function fill(row: TimelineRow): TimelineRow {
    if (row.kind !== 'output') return maskRow(row);
    const tail = tailOf(row);
    return tail === undefined ? row : { ...row, tail };
  }

  return {
    get total() {
      return index.total;
    },
    get lastSeq() {
      return index.lastSeq;
    },
    get counts() {
      return index.counts;
    },
    rowsAt: (indices) => index.rowsAt(indices).map(fill),
    countMatches: (filter) => index.countMatches(filter),
    listMatches: (filter, position, limit) => index.listMatches(filter, position, limit).map(fill),
    positionOf: (filter, place) => index.positionOf(filter, place),
    changedAfter: (seq, limit) => index.changedAfter(seq, limit)?.map(fill),
    find: (filter, from, what) => {
      const found = index.find(filter, from, what);
      return found && { position: found.position, row: fill(found.row) };
    },
    map: (filter, stretches) => index.map(filter, stretches),
    apply: (events) => index.apply(events),
  };
}
