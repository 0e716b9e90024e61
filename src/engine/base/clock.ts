/** Time as the engine sees it; only tests use another than the real one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once after so many milliseconds; the returned function cancels. Does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The machine's clock. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(callback, delayMs) {
    // Node turns longer delays into 1 ms; a day too early is then an expiry that never should have been.
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface FakeClock extends Clock {
  /** Moves time forward and runs the timers that fall due, in order of their time. */
  advance(byMs: number): void;
}

/** A clock that stands still until it is moved. For tests. */
export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  const takeDue = (untilMs: number) => {
    let first: { readonly dueMs: number; readonly callback: () => void } | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (first === undefined || timer.dueMs < first.dueMs)) first = timer;
    }
    if (first !== undefined) timers.delete(first);
    return first;
  };
  return {
    nowMs: () => nowMs,
    setTimer(callback, delayMs) {
      const timer = { dueMs: nowMs + Math.max(delayMs, 0), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let due = takeDue(untilMs); due !== undefined; due = takeDue(untilMs)) {
        nowMs = due.dueMs;
        due.callback();
      }
      nowMs = untilMs;
    },
  };
}
