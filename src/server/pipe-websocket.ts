import type { WebSocket } from 'ws';
import type { SocketPipe } from './pipe-socket.ts';
import { createReadGate, FULL_BYTES, MAX_UNSENT_BYTES } from './read-gate.ts';

/** How long the other end may take to agree to a close. */
const CLOSE_MS = 500;

/**
 * A pipe of lines over a WebSocket: one text message is one line. Bytes are no line of ours, and handed out as none.
 * Nothing is read from a page that is more than 1 MiB behind with its own reading; one that comes to 64 MiB all the
 * same is cut off. Pings are answered here: make the socket with `autoPong: false`.
 */
export function createWebSocketPipe(socket: WebSocket): SocketPipe {
  const closeListeners: (() => void)[] = [];
  let drainListeners: (() => void)[] = [];
  let isClosed = false;
  const isFull = (): boolean => !isClosed && socket.bufferedAmount > FULL_BYTES;

  function tellDrained(): void {
    if (isFull()) return;
    const listeners = drainListeners;
    drainListeners = [];
    for (const listener of listeners) listener();
  }
  async function whenNotFull(): Promise<void> {
    while (isFull()) {
      await new Promise<void>((resolve) => {
        drainListeners.push(resolve);
      });
    }
  }

  // an error is always followed by close, and there is nothing else to do about it
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    tellDrained();
    for (const listener of closeListeners) listener();
  });
  return {
    send: (line) => {
      if (isClosed || socket.readyState !== socket.OPEN) return;
      socket.send(line, tellDrained);
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    },
    onLine: (listener) => {
      const gate = createReadGate(
        { isFull, whenNotFull, pause: () => socket.pause(), resume: () => socket.resume() },
        listener,
      );
      socket.on('message', (data, isBinary) => gate.take(isBinary ? '' : data.toString()));
      socket.on('ping', (data: Buffer) => {
        if (socket.readyState !== socket.OPEN) return;
        socket.pong(data, false, tellDrained);
        gate.look();
      });
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close: () => {
      socket.close();
      setTimeout(() => socket.terminate(), CLOSE_MS).unref();
    },
    unsentBytes: () => socket.bufferedAmount,
    whenNotFull,
  };
}
