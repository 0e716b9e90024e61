/** What is needed to wait for a moment. */
export interface TimerPorts {
  nowMs(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** Timers fire early above about 24.8 days (2^31 ms); a longer wait is made of pieces. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** Calls back once when the clock has reached `atMs` (epoch ms), never before; the returned function cancels. */
export function waitUntil(ports: TimerPorts, atMs: number, callback: () => void): () => void {
  let cancel: () => void = () => undefined;
  const wait = (): void => {
    const leftMs = atMs - ports.nowMs();
    if (leftMs > 0) cancel = ports.setTimer(wait, Math.min(leftMs, LONGEST_TIMER_MS));
    else callback();
  };
  wait();
  return () => cancel();
}
