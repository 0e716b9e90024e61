const WINDOW_MS = 60_000;
/** One more crash within a minute is answered by a person. */
const DELAYS_MS: readonly number[] = [250, 1000, 4000];

/** When a process that has crashed is started again. */
export interface RestartPolicy {
  /** Milliseconds to wait, or `undefined`: not by itself any more. */
  next(nowMs: number): number | undefined;
  /** A person wants it to be tried again. */
  forget(): void;
}

/** At most three times a minute, each time later than the last. */
export function createRestartPolicy(): RestartPolicy {
  let restarts: number[] = [];
  return {
    next: (nowMs) => {
      restarts = restarts.filter((at) => nowMs - at < WINDOW_MS);
      const delayMs = DELAYS_MS[restarts.length];
      if (delayMs !== undefined) restarts.push(nowMs);
      return delayMs;
    },
    forget: () => {
      restarts = [];
    },
  };
}
