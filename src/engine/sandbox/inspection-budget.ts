/** What a look at a workspace after a run may read, and how it gives way meanwhile. */
import { setImmediate } from 'node:timers/promises';

/** A good part of a frame: whoever waits for the engine does not feel it. */
const SLICE_MS = 5;

/** Nothing more may be looked at. */
export class BudgetSpent extends Error {}

/** A whole inspection has one. */
export class InspectionBudget {
  #bytesLeft: number;

  constructor(bytes: number) {
    this.#bytesLeft = bytes;
  }

  /** @throws BudgetSpent when it is used up. */
  spend(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw new BudgetSpent();
  }
}

/** Work that can be laid down after each small piece. */
export type Pieces<Result> = Generator<undefined, Result>;

/** Lets everything else have its turn every few milliseconds. */
export async function runInSlices<Result>(work: Pieces<Result>): Promise<Result> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    do {
      const piece = work.next();
      if (piece.done === true) return piece.value;
    } while (performance.now() < until);
    await setImmediate();
  }
}

export function runAtOnce<Result>(work: Pieces<Result>): Result {
  for (;;) {
    const piece = work.next();
    if (piece.done === true) return piece.value;
  }
}
