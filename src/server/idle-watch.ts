export interface IdleWatch {
  /** A client has come; call the result once when it goes. */
  enter(): () => void;
  setSessions(count: number): void;
  end(): void;
}

/** Calls `onIdle` when there was neither a session nor a client for `idleMs`; never without `idleMs`. */
export function createIdleWatch(idleMs: number | undefined, onIdle: () => void): IdleWatch {
  let clients = 0;
  let sessions = 0;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const update = (): void => {
    clearTimeout(timer);
    if (idleMs === undefined || hasEnded || clients > 0 || sessions > 0) return;
    timer = setTimeout(onIdle, idleMs);
  };
  update();
  return {
    enter: () => {
      clients += 1;
      update();
      return () => {
        clients -= 1;
        update();
      };
    },
    setSessions: (count) => {
      sessions = count;
      update();
    },
    end: () => {
      hasEnded = true;
      update();
    },
  };
}
