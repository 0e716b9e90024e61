/** What it begins with: most of what prints, prints little. */
const FIRST_BYTES = 16 * 1024;

/** The end of a long stream, in one block of memory however small the pieces are in which it comes. */
export class LastBytes {
  readonly #most: number;
  #block = Buffer.alloc(0);
  #length = 0;
  /** Where the next byte goes. */
  #place = 0;

  /** `most`: how many bytes of the end are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many bytes are kept just now. */
  get length(): number {
    return this.#length;
  }

  /** Takes a copy of the bytes. */
  push(bytes: Uint8Array): void {
    const kept = bytes.length > this.#most ? bytes.subarray(bytes.length - this.#most) : bytes;
    this.#makeRoom(kept.length);
    const size = this.#block.length;
    const untilEnd = Math.min(kept.length, size - this.#place);
    this.#block.set(kept.subarray(0, untilEnd), this.#place);
    this.#block.set(kept.subarray(untilEnd), 0);
    this.#place = size === 0 ? 0 : (this.#place + kept.length) % size;
    this.#length = Math.min(size, this.#length + kept.length);
  }

  /** A copy of the last `count` bytes, or of as many as there are. */
  read(count = this.#length): Buffer {
    const wanted = Math.min(count, this.#length);
    const copy = Buffer.allocUnsafeSlow(wanted);
    const start = this.#place - wanted;
    if (start >= 0) this.#block.copy(copy, 0, start, this.#place);
    else {
      this.#block.copy(copy, 0, this.#block.length + start);
      this.#block.copy(copy, -start, 0, this.#place);
    }
    return copy;
  }

  #makeRoom(count: number): void {
    const needed = Math.min(this.#most, this.#length + count);
    if (needed <= this.#block.length) return;
    const size = Math.min(this.#most, Math.max(needed, FIRST_BYTES, 2 * this.#block.length));
    const before = this.read();
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#block.set(before);
    this.#place = before.length % size;
  }
}
