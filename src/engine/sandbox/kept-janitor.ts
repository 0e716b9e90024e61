/**
 * A janitor that is started anew when somebody ends it.
 *
 * Promises: while the session lives one watches over its placeholders again a moment after the last one was ended, and at
 * the close one removes them. Does not promise that for ever: after ten the next one comes at the close.
 * Without it a killed janitor would leave empty folders in the workspace until the next session there.
 */
import type { Janitor } from './janitor.ts';

const MAX_RESTARTS = 10;
/** One may be ended while it cleans up, too. */
const MAX_CLOSES = 3;

/** Keeps one running; `start` starts it for the same places. Throws what the first start throws. */
export async function keepJanitor(start: () => Promise<Janitor>): Promise<Janitor> {
  let current = await start();
  const { stateFile, placeholders } = current;
  let isClosing = false;
  let restarts = 0;
  let restarting: Promise<void> = Promise.resolve();
  const startAgain = async (): Promise<void> => {
    try {
      current = await start();
      watch(current);
    } catch {
      // At the close it is tried once more.
    }
  };
  const watch = (janitor: Janitor): void => {
    void janitor.ended.then(() => {
      if (isClosing || restarts >= MAX_RESTARTS) return;
      restarts += 1;
      restarting = startAgain();
    });
  };
  watch(current);
  const close = async (): Promise<void> => {
    isClosing = true;
    await restarting;
    for (let tries = 0; tries < MAX_CLOSES; tries++) {
      if (current.hasEnded()) current = await start().catch(() => current);
      await current.close();
      if (!current.wasKilled()) return;
    }
  };
  let closed: Promise<void> | undefined;
  return {
    stateFile,
    placeholders,
    get ended() {
      return current.ended;
    },
    hasEnded: () => current.hasEnded(),
    wasKilled: () => current.wasKilled(),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
