import type { WebSocket } from 'ws';
import type { SocketPipe } from './pipe-socket.ts';

/** Above so many unsent bytes a pipe counts as full. */
const FULL_BYTES = 1024 * 1024;
/** How long the other end may take to agree to a close. */
const CLOSE_MS = 500;

/** A pipe of lines over a WebSocket: one text message is one line. Bytes are no line of ours, and handed out as none. */
export function createWebSocketPipe(socket: WebSocket): SocketPipe {
  const closeListeners: (() => void)[] = [];
  let drainListeners: (() => void)[] = [];
  let isClosed = false;

  function tellDrained(): void {
    if (!isClosed && socket.bufferedAmount > FULL_BYTES) return;
    const listeners = drainListeners;
    drainListeners = [];
    for (const listener of listeners) listener();
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
      if (!isClosed && socket.readyState === socket.OPEN) socket.send(line, tellDrained);
    },
    onLine: (listener) => {
      socket.on('message', (data, isBinary) => listener(isBinary ? '' : data.toString()));
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
    whenNotFull: async () => {
      while (!isClosed && socket.bufferedAmount > FULL_BYTES) {
        await new Promise<void>((resolve) => {
          drainListeners.push(resolve);
        });
      }
    },
  };
}
