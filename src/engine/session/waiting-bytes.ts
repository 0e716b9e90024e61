/** A bound in bytes for what waits, counted in a wider bound too. Whoever finds no room is refused; nobody is cut off. */
export class WaitingBytes {
  #left: number;
  readonly #within: WaitingBytes | undefined;

  constructor(maxBytes: number, within?: WaitingBytes) {
    this.#left = maxBytes;
    this.#within = within;
  }

  /** False where there is no room; what was taken is to be given back once. */
  take(bytes: number): boolean {
    if (bytes > this.#left || this.#within?.take(bytes) === false) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
    this.#within?.giveBack(bytes);
  }
}
