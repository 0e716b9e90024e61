import type { MapMark, RowOutcome, TimelineRow } from '../protocol/index.ts';
import type { Places } from './filtered-rows.ts';
import { hasQuestion } from './match-row.ts';

/** From the least to the most telling. */
const MARKS: readonly MapMark[] = ['none', 'row', 'allowed', 'rejected', 'blocked', 'waiting'];

const PLAIN_MARKS: Partial<Record<RowOutcome, MapMark>> = {
  waiting: 'waiting',
  blocked: 'blocked',
  refused: 'blocked',
  rejected: 'rejected',
  expired: 'rejected',
};

/** What a row is on the minimap. A question that was answered stays what it was, however its run went on. */
function markOf(row: TimelineRow): MapMark {
  const mark = PLAIN_MARKS[row.outcome];
  if (mark !== undefined) return mark;
  return hasQuestion(row) && row.by !== undefined ? 'allowed' : 'row';
}

/**
 * The rows in equal stretches, each with the most telling thing in it: as many as are wanted, or one for each row
 * where there are fewer.
 */
export function markStretches(rows: readonly TimelineRow[], places: Places, wanted: number): MapMark[] {
  const { length } = places;
  const stretches = Math.min(wanted, length);
  const marks: MapMark[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches);
    const to = Math.max(from + 1, Math.ceil(((stretch + 1) * length) / stretches));
    let best = 0;
    for (let position = from; position < Math.min(to, length); position++) {
      const row = rows[places.at(position)];
      if (row !== undefined) best = Math.max(best, MARKS.indexOf(markOf(row)));
    }
    marks.push(MARKS[best] ?? 'none');
  }
  return marks;
}
