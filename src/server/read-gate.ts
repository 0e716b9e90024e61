/**
 * Keeps a client that does not read its answers from filling the engine's memory with them.
 *
 * Promises: once a pipe is full no further line of it is handled and nothing more is read from it until it has drained;
 * lines that had come by then wait in their order. Does not bound the answers to requests that are open already; for
 * that a pipe ends a client above `MAX_UNSENT_BYTES`. Without it a client that only sends makes the engine keep any
 * amount.
 */

/** Above so many unsent bytes a pipe counts as full. */
export const FULL_BYTES = 1024 * 1024;

/** Above so many unsent bytes a client is cut off: what it was still to read it has to ask for anew. */
export const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

export interface ReadGatePorts {
  isFull(): boolean;
  /** Settles when the pipe is not full any more, or closed. */
  whenNotFull(): Promise<void>;
  /** Reads nothing more from the client. */
  pause(): void;
  resume(): void;
}

export interface ReadGate {
  /** Hands a line on now, or when the pipe has drained. */
  take(line: string): void;
  /** Looks whether the pipe is full; call it where something else than a line makes an answer. */
  look(): void;
}

/** A gate in front of `handle`. */
export function createReadGate(ports: ReadGatePorts, handle: (line: string) => void): ReadGate {
  const waiting: string[] = [];
  let isShut = false;

  async function shut(): Promise<void> {
    isShut = true;
    ports.pause();
    do {
      await ports.whenNotFull();
      while (waiting.length > 0 && !ports.isFull()) handle(waiting.shift() ?? '');
    } while (waiting.length > 0);
    isShut = false;
    ports.resume();
  }
  function look(): void {
    if (!isShut && ports.isFull()) void shut();
  }
  return {
    take: (line) => {
      if (isShut) {
        waiting.push(line);
        return;
      }
      handle(line);
      look();
    },
    look,
  };
}
