import type { LivePorts } from '../../../src/client/index.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when it is told to. */
export interface FakeClock {
  nowMs(): number;
  readonly setTimer: LivePorts['setTimer'];
  /** Lets so much time pass, timer by timer, with everything that follows from each. */
  pass(ms: number): Promise<void>;
  /** How many timers are waiting. */
  readonly waiting: number;
}

/** Until everything that waits for no timer has run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createFakeClock(): FakeClock {
  const timers = new Set<Timer>();
  let now = 1_000_000;
  let count = 0;

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    }
    return next;
  }
  return {
    nowMs: () => now,
    setTimer: (callback, delayMs) => {
      count += 1;
      const timer = { at: now + Math.max(0, delayMs), order: count, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: async (ms) => {
      const until = now + ms;
      await settle();
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = until;
    },
    get waiting() {
      return timers.size;
    },
  };
}
