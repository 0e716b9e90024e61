import type { TimelineRow } from '../protocol/index.ts';

/** Rows that are kept before and behind the middle of what is looked at. */
const REACH = 2000;

/** A part of a long list of rows, by position; what is far from where one looks is forgotten. */
export class RowWindow {
  #rows = new Map<number, TimelineRow>();
  /** Position of each row by its `index`. */
  #positions = new Map<number, number>();
  #middle = 0;
  #shown: ReadonlyMap<number, TimelineRow> | undefined;

  /** The rows as a map that does not change any more. */
  snapshot(): ReadonlyMap<number, TimelineRow> {
    this.#shown ??= new Map(this.#rows);
    return this.#shown;
  }

  /** From now on rows are kept around this position. */
  lookAt(middle: number): void {
    this.#middle = middle;
    for (const [position, row] of this.#rows) {
      if (this.#isNear(position)) continue;
      this.#rows.delete(position);
      this.#positions.delete(row.index);
      this.#shown = undefined;
    }
  }

  /** Keeps a row, unless it is far away or the same row is there in a newer form. */
  put(position: number, row: TimelineRow): void {
    if (!this.#isNear(position)) return;
    const before = this.#rows.get(position);
    if (before !== undefined) {
      if (before.index === row.index && before.changedSeq > row.changedSeq) return;
      this.#positions.delete(before.index);
    }
    this.#rows.set(position, row);
    this.#positions.set(row.index, position);
    this.#shown = undefined;
  }

  /** Where the row with this `index` is kept. */
  positionOf(index: number): number | undefined {
    return this.#positions.get(index);
  }

  rowOf(index: number): TimelineRow | undefined {
    const position = this.#positions.get(index);
    return position === undefined ? undefined : this.#rows.get(position);
  }

  /** Whether a position in this stretch is not there. */
  lacks(from: number, to: number): boolean {
    for (let position = from; position < to; position += 1) if (!this.#rows.has(position)) return true;
    return false;
  }

  clear(): void {
    this.#rows = new Map();
    this.#positions = new Map();
    this.#shown = undefined;
  }

  #isNear(position: number): boolean {
    return position >= this.#middle - REACH && position < this.#middle + REACH;
  }
}
