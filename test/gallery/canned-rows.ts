import type { WatchedRows } from '../../src/client/index.ts';
import type { MapMark, RowFilter, SessionId, TimelineRow } from '../../src/protocol/index.ts';
import { countRows, fitsFilter } from './canned-filter.ts';
import type { RowSource } from './scene.ts';

const KEPT_ROWS = 4000;
export const NOTHING: RowSource = { total: 0, at: () => undefined };

/** The rows that fit, as positions; every row where there is no filter. */
function listFitting(source: RowSource, filter: RowFilter): readonly number[] | undefined {
  if (Object.keys(filter).length === 0) return undefined;
  const fitting: number[] = [];
  for (let index = 0; index < source.total; index += 1) {
    const row = source.at(index);
    if (row !== undefined && fitsFilter(row, filter)) fitting.push(index);
  }
  return fitting;
}

function markOf(row: TimelineRow | undefined): MapMark {
  if (row === undefined) return 'none';
  if (row.outcome === 'waiting') return 'waiting';
  if (row.outcome === 'blocked') return 'blocked';
  if (row.outcome === 'rejected' || row.outcome === 'refused') return 'rejected';
  return row.approvalId === undefined ? 'row' : 'allowed';
}

const MARKS: readonly MapMark[] = ['none', 'row', 'allowed', 'rejected', 'blocked', 'waiting'];

function drawMap(count: number, rowAt: (position: number) => TimelineRow | undefined): readonly MapMark[] {
  const marks = Array.from({ length: 300 }, (): MapMark => 'none');
  for (let position = 0; position < count; position += 1) {
    const place = Math.floor((position * 300) / count);
    const mark = markOf(rowAt(position));
    if (MARKS.indexOf(mark) > MARKS.indexOf(marks[place] ?? 'none')) marks[place] = mark;
  }
  return marks;
}

interface Survey extends Pick<WatchedRows, 'map' | 'counts'> {
  readonly fitting: readonly number[] | undefined;
}

const surveys = new WeakMap<RowSource, Map<string, Survey>>();

/** What needs a look at every row: made once for each filter, or a hundred thousand rows would be slow to page. */
function survey(source: RowSource, filter: RowFilter): Survey {
  const known = surveys.get(source) ?? new Map<string, Survey>();
  surveys.set(source, known);
  const key = JSON.stringify(filter);
  const fitting = known.get(key)?.fitting ?? listFitting(source, filter);
  const made = known.get(key) ?? {
    fitting,
    counts: countRows(source),
    map: drawMap(fitting?.length ?? source.total, (position) =>
      source.at(fitting === undefined ? position : (fitting[position] ?? -1)),
    ),
  };
  known.set(key, made);
  return made;
}

/** What the page sees of a session when it looks at these positions. */
export function watchRows(
  { sources }: { readonly sources: ReadonlyMap<SessionId, RowSource> },
  { sessionId, filter }: Pick<WatchedRows, 'sessionId' | 'filter'>,
  around?: number,
): WatchedRows {
  const source = sources.get(sessionId) ?? NOTHING;
  const { fitting, map, counts } = survey(source, filter);
  const total = fitting?.length ?? source.total;
  const rowAt = (position: number): TimelineRow | undefined =>
    source.at(fitting === undefined ? position : (fitting[position] ?? -1));
  const middle = around ?? total;
  const rows = new Map<number, TimelineRow>();
  for (
    let position = Math.max(0, middle - KEPT_ROWS / 2);
    position < Math.min(total, middle + KEPT_ROWS / 2);
    position += 1
  ) {
    const row = rowAt(position);
    if (row !== undefined) rows.set(position, row);
  }
  return {
    sessionId,
    state: 'ready',
    filter,
    total,
    counts,
    lastSeq: source.total,
    rows,
    map,
    liveTail: undefined,
  };
}
