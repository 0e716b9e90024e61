import { existsSync } from 'node:fs';

export interface AskerWatch {
  /** Aborted when the process is no longer there. */
  readonly gone: AbortSignal;
  stop(): void;
}

const LOOK_EVERY_MS = 250;

/**
 * Notices that a held process has been killed while its question waits, so that nobody is asked about something that
 * can no longer happen.
 */
export function watchAsker(
  pid: number,
  setTimer: (callback: () => void, delayMs: number) => () => void,
): AskerWatch {
  const gone = new AbortController();
  let cancel: () => void = () => undefined;
  const look = (): void => {
    if (existsSync(`/proc/${pid}`)) cancel = setTimer(look, LOOK_EVERY_MS);
    else gone.abort();
  };
  cancel = setTimer(look, LOOK_EVERY_MS);
  return { gone: gone.signal, stop: () => cancel() };
}
