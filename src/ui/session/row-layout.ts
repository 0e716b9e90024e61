import type { TimelineRow } from '../../protocol/index.ts';

/** Lines of output that stand below a finished script. */
export const TAIL_LINES = 3;
/** Px around the lines of a sunken block: padding, and margins of 2 and 4. */
const TAIL_FRAME = 14;
/** Px around turns (4 above) and waiting rows (2 above, 2 below). */
const TALL_SPACE = 4;

/** Heights in px that follow from what the person has chosen. */
export interface RowSizes {
  readonly row: number;
  /** Turns and waiting rows, without the space around them. */
  readonly tall: number;
  readonly tailLine: number;
}

/** The heights of rows for a density, and a size of text in percent. */
export function sizesOfRows(density: 'compact' | 'comfortable', textSize: number): RowSizes {
  const scale = Math.max(1, textSize / 100);
  return {
    row: Math.round((density === 'compact' ? 24 : 36) * scale),
    tall: Math.round(36 * scale),
    tailLine: Math.round(17 * scale),
  };
}

/** Px that a sunken block of this many lines takes. */
export function heightOfTail(lineCount: number, sizes: RowSizes): number {
  return TAIL_FRAME + sizes.tailLine * lineCount;
}

/** Px that a row takes, with the space around it. It follows from what the row says, so that nothing is measured. */
export function heightOfRow(row: TimelineRow, sizes: RowSizes): number {
  if (row.kind === 'turn' || row.outcome === 'waiting') return sizes.tall + TALL_SPACE;
  const lineCount = row.kind === 'output' ? (row.tail?.lines.length ?? 0) : 0;
  return lineCount > 0 ? heightOfTail(Math.min(lineCount, TAIL_LINES), sizes) : sizes.row;
}

/** The heights as far as they are known; another object whenever one of them is another. */
export interface RowLayout {
  heightAt(position: number): number;
  keyAt(position: number): number;
}

/**
 * Remembers the height of every row that was ever seen, by position: a row that has left the page keeps its height, so
 * that what is being read stays where it is.
 */
export class RowHeights {
  /** 0: never seen. */
  #seen = new Uint8Array(1024);
  #sizes: RowSizes;
  #layout: RowLayout;

  constructor(sizes: RowSizes) {
    this.#sizes = sizes;
    this.#layout = this.#makeLayout();
  }

  /** Takes in what is there now. The same layout comes back while no height has changed. */
  learn(rows: ReadonlyMap<number, TimelineRow>, sizes: RowSizes): RowLayout {
    let isChanged = sizes !== this.#sizes;
    if (isChanged) {
      this.#seen.fill(0);
      this.#sizes = sizes;
    }
    for (const [position, row] of rows) {
      const height = heightOfRow(row, sizes);
      if (position >= this.#seen.length) this.#grow(position);
      if ((this.#seen[position] || sizes.row) !== height) isChanged = true;
      this.#seen[position] = height;
    }
    if (isChanged) this.#layout = this.#makeLayout();
    return this.#layout;
  }

  #makeLayout(): RowLayout {
    const usual = this.#sizes.row;
    return {
      heightAt: (position) => this.#seen[position] || usual,
      keyAt: (position) => position,
    };
  }

  #grow(position: number): void {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(position + 1)));
    larger.set(this.#seen);
    this.#seen = larger;
  }
}
