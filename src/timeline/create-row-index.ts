import type { RowFilter, TimelineRow } from '../protocol/index.ts';
import { FilteredRows } from './filtered-rows.ts';
import { createRowFold } from './fold-rows.ts';
import { markStretches } from './map-marks.ts';
import { hasQuestion } from './match-row.ts';
import { RowBook } from './row-book.ts';
import type { RowEvent } from './row-event.ts';
import type { RowIndex } from './row-index.ts';

/** An index of no rows yet: give it the events of one session from the first on. */
export function createRowIndex(): RowIndex {
  return new FoldedRows();
}

class FoldedRows implements RowIndex {
  readonly #book = new RowBook();
  readonly #fold = createRowFold(this.#book);
  readonly #filtered = new FilteredRows(this.#book.rows);
  #lastSeq = 0;

  get total(): number {
    return this.#book.rows.length;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get counts(): RowIndex['counts'] {
    return this.#book.counts;
  }

  rowsAt(indices: readonly number[]): readonly TimelineRow[] {
    return indices.map((index) => this.#book.rows[index]).filter((row) => row !== undefined);
  }

  countMatches(filter: RowFilter): number {
    return this.#filtered.placesOf(filter).length;
  }

  listMatches(filter: RowFilter, position: number, limit: number): readonly TimelineRow[] {
    const places = this.#filtered.placesOf(filter);
    const from = Math.max(0, position);
    const count = Math.max(0, Math.min(limit, places.length - from));
    return this.rowsAt(Array.from({ length: count }, (_, offset) => places.at(from + offset)));
  }

  positionOf(filter: RowFilter, index: number): number {
    return this.#filtered.placesOf(filter).positionOf(index);
  }

  changedAfter(seq: number, limit: number): readonly TimelineRow[] | undefined {
    return this.#book.changedAfter(seq, limit);
  }

  find(
    filter: RowFilter,
    from: number,
    what: { readonly direction: 'forward' | 'backward'; readonly kind: 'waiting' | 'approval' },
  ): { readonly position: number; readonly row: TimelineRow } | undefined {
    const places = this.#filtered.placesOf(filter);
    const isForward = what.direction === 'forward';
    const isWanted = what.kind === 'waiting' ? isWaiting : hasQuestion;
    let position = isForward ? Math.max(0, from + 1) : Math.min(from, places.length) - 1;
    while (position >= 0 && position < places.length) {
      const row = this.#book.rows[places.at(position)];
      if (row !== undefined && isWanted(row)) return { position, row };
      position += isForward ? 1 : -1;
    }
    return undefined;
  }

  map(filter: RowFilter, stretches: number): ReturnType<RowIndex['map']> {
    return markStretches(this.#book.rows, this.#filtered.placesOf(filter), stretches);
  }

  apply(events: readonly RowEvent[]): readonly number[] {
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue;
      this.#fold(event);
      this.#lastSeq = event.seq;
    }
    const changed = this.#book.takeChanged();
    this.#filtered.update(changed);
    return changed;
  }
}

function isWaiting(row: TimelineRow): boolean {
  return row.outcome === 'waiting';
}
