import type { RowFilter, TimelineRow } from '../protocol/index.ts';
import { createRowTest, isEmptyFilter, keyOfFilter } from './match-row.ts';

/** Places of rows in their order, by position among those that fit a filter. */
export interface Places {
  readonly length: number;
  at(position: number): number;
  /** The position of the first place that is not below `index`. */
  positionOf(index: number): number;
}

/** Lists of filters that were asked for last are kept, and kept right while rows change. */
const MAX_LISTS = 4;

interface List {
  readonly isFitting: (row: TimelineRow) => boolean;
  readonly places: number[];
}

/** The first position in a sorted list whose value is not below `index`. */
function lowerBound(places: readonly number[], index: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows by filter. Nothing is made before it is asked for. */
export class FilteredRows {
  readonly #rows: readonly TimelineRow[];
  readonly #lists = new Map<string, List>();

  constructor(rows: readonly TimelineRow[]) {
    this.#rows = rows;
  }

  placesOf(filter: RowFilter): Places {
    if (isEmptyFilter(filter)) return this.#allPlaces();
    const { places } = this.#listOf(filter);
    return {
      length: places.length,
      at: (position) => places[position] ?? -1,
      positionOf: (index) => lowerBound(places, index),
    };
  }

  #allPlaces(): Places {
    const { length } = this.#rows;
    return {
      length,
      at: (position) => position,
      positionOf: (index) => Math.min(Math.max(index, 0), length),
    };
  }

  #listOf(filter: RowFilter): List {
    const key = keyOfFilter(filter);
    const list = this.#lists.get(key) ?? this.#makeList(filter);
    // the last one in the map is the one that was used last
    this.#lists.delete(key);
    this.#lists.set(key, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MAX_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return list;
  }

  #makeList(filter: RowFilter): List {
    const isFitting = createRowTest(filter);
    const places: number[] = [];
    for (const row of this.#rows) if (isFitting(row)) places.push(row.index);
    return { isFitting, places };
  }

  /** Rows at these places are new or changed. */
  update(changed: readonly number[]): void {
    for (const list of this.#lists.values()) {
      for (const index of changed) this.#updateList(list, index);
    }
  }

  #updateList({ places, isFitting }: List, index: number): void {
    const row = this.#rows[index];
    const fits = row !== undefined && isFitting(row);
    const last = places.at(-1);
    if (last === undefined || index > last) {
      if (fits) places.push(index);
      return;
    }
    const position = lowerBound(places, index);
    const isListed = places[position] === index;
    if (fits && !isListed) places.splice(position, 0, index);
    if (!fits && isListed) places.splice(position, 1);
  }
}
