import type { LivePorts } from './live-ports.ts';

/** Work that is wanted more often than it may be done. */
export interface Paced {
  /** At once when it rests, else once more as soon as it may be done again. */
  ask(): void;
  /** Forgets what was asked for; what runs already runs to its end, and a new `ask` does not wait for it. */
  cancel(): void;
}

/** Does `run` at most once in `periodMs`, and never twice at the same time. What it throws is its own affair. */
export function pace(setTimer: LivePorts['setTimer'], periodMs: number, run: () => Promise<void>): Paced {
  let round = 0;
  let isBusy = false;
  let isWanted = false;
  let stopTimer = (): void => undefined;

  function begin(): void {
    const mine = round;
    isBusy = true;
    isWanted = false;
    const rest = new Promise<void>((resolve) => {
      stopTimer = setTimer(resolve, periodMs);
    });
    void Promise.allSettled([run(), rest]).then(() => {
      if (mine !== round) return;
      isBusy = false;
      if (isWanted) begin();
    });
  }
  return {
    ask: () => {
      if (isBusy) isWanted = true;
      else begin();
    },
    cancel: () => {
      round += 1;
      isBusy = false;
      isWanted = false;
      stopTimer();
    },
  };
}
