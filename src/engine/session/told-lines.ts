/** So many different lines are told; what comes behind them is only counted. */
const MAX_LINES = 100;
/** So many of them are named again with how often they came. */
const MAX_COUNTED = 20;

/**
 * Lines for a person, each told once: a program may try the same thing thousands of times. How often is said at the end.
 */
export class ToldLines {
  readonly #repeats = new Map<string, number>();
  #untold = 0;

  /** Whether it is to be written: it is new, and not too many were. */
  isNew(line: string): boolean {
    const repeats = this.#repeats.get(line);
    if (repeats !== undefined) {
      this.#repeats.set(line, repeats + 1);
      return false;
    }
    if (this.#repeats.size >= MAX_LINES) {
      this.#untold += 1;
      return false;
    }
    this.#repeats.set(line, 0);
    return true;
  }

  /** It was written by somebody else. */
  note(line: string): void {
    if (!this.#repeats.has(line) && this.#repeats.size < MAX_LINES) this.#repeats.set(line, 0);
  }

  /** What was not written since the last call, in a few lines. */
  sumUp(): string[] {
    const repeated = [...this.#repeats].filter(([, repeats]) => repeats > 0);
    for (const [line] of repeated) this.#repeats.set(line, 0);
    const lines = repeated.slice(0, MAX_COUNTED).map(([line, repeats]) => `${line} (${times(repeats)} more)`);
    const rest = repeated.slice(MAX_COUNTED).reduce((sum, [, repeats]) => sum + repeats, this.#untold);
    this.#untold = 0;
    if (rest > 0) lines.push(`sallyport: and ${times(rest)} something else was refused`);
    return lines;
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
