/**
 * Text of which the end has not come yet. Promises: what all connections keep of it stays within a bound, whatever each
 * of them may keep; whoever has most goes first. Without it many that never finish would fill the engine's memory.
 */
const LINE_END = 0x0a;
const LEAST_BYTES = 1024;

interface Holder {
  readonly bytes: number;
  drop(): void;
}

/** A bound in bytes for what its holders keep together. */
export class TextBudget {
  readonly #holders = new Set<Holder>();
  readonly #maxBytes: number;
  readonly #within: TextBudget | undefined;

  /** What counts here counts in `within` too. */
  constructor(maxBytes: number, within?: TextBudget) {
    this.#maxBytes = maxBytes;
    this.#within = within;
  }

  /** To be told whenever a holder keeps more or less. Drops the largest until the rest has room. */
  note(holder: Holder): void {
    if (holder.bytes > 0) this.#holders.add(holder);
    else this.#holders.delete(holder);
    while (this.#sum() > this.#maxBytes) {
      const largest = [...this.#holders].reduce((most, each) => (each.bytes > most.bytes ? each : most));
      this.#forget(largest);
      largest.drop();
    }
    if (this.#holders.has(holder) || holder.bytes === 0) this.#within?.note(holder);
  }

  #sum(): number {
    let sum = 0;
    for (const { bytes } of this.#holders) sum += bytes;
    return sum;
  }

  #forget(holder: Holder): void {
    this.#holders.delete(holder);
    if (this.#within !== undefined) this.#within.#forget(holder);
  }
}

interface LineLimits {
  /** Of one line, without its end. */
  readonly maxBytes: number;
  readonly budget: TextBudget;
  /** The budget needs the room: nothing is kept any more. */
  onDropped(): void;
}

/** Cuts the bytes of one connection into lines of UTF-8; keeps them in one piece, however small they come. */
export class LineBytes {
  #kept = Buffer.alloc(0);
  #length = 0;
  #isTooLong = false;
  #isClosed = false;
  readonly #limits: LineLimits;
  readonly #onLine: (line: string) => void;
  readonly #holder: Holder;

  constructor(onLine: (line: string) => void, limits: LineLimits) {
    this.#onLine = onLine;
    this.#limits = limits;
    const bytes = (): number => this.#kept.length;
    this.#holder = {
      get bytes() {
        return bytes();
      },
      drop: () => {
        this.close();
        limits.onDropped();
      },
    };
  }

  /** The line that has no end yet, so far; empty once it is too long. */
  get begun(): Buffer {
    return this.#kept.subarray(0, this.#length);
  }

  /** True while the line that has no end yet is above the limit: it will be handed out as an empty one. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  feed(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, start)) {
      this.#keep(bytes.subarray(start, end));
      if (this.#isClosed) return;
      const line = this.begun.toString('utf8');
      this.#isTooLong = false;
      this.#release();
      this.#onLine(line);
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** Forgets what is kept, and keeps nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  #keep(piece: Buffer): void {
    if (this.#isClosed || this.#isTooLong || piece.length === 0) return;
    const length = this.#length + piece.length;
    if (length > this.#limits.maxBytes) {
      this.#isTooLong = true;
      this.#release();
      return;
    }
    const hasRoom = length <= this.#kept.length;
    if (!hasRoom) this.#grow(length);
    piece.copy(this.#kept, this.#length);
    this.#length = length;
    if (!hasRoom) this.#limits.budget.note(this.#holder);
  }

  /** By doubling: many small pieces are not copied each time. */
  #grow(length: number): void {
    const room = Math.max(LEAST_BYTES, length, Math.min(2 * this.#kept.length, this.#limits.maxBytes));
    const grown = Buffer.allocUnsafeSlow(room);
    this.#kept.copy(grown, 0, 0, this.#length);
    this.#kept = grown;
  }

  #release(): void {
    if (this.#kept.length === 0) return;
    this.#kept = Buffer.alloc(0);
    this.#length = 0;
    this.#limits.budget.note(this.#holder);
  }
}
