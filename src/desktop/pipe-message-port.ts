import type { SocketPipe } from '../server/index.ts';
import type { PortEnd } from './electron-port.ts';

/** Above so many unread characters a pipe counts as full. */
const FULL_CHARS = 1024 * 1024;

/**
 * A pipe of lines over a message port: a string is a line, a number says that the other end has read so many
 * characters. A port itself never says how far its reader is behind; a reader that tells it (`isReader`) is noticed
 * when it is slow, one that never does counts as quick.
 */
export function createPortPipe(port: PortEnd, { isReader = false } = {}): SocketPipe {
  const closeListeners: (() => void)[] = [];
  let drainListeners: (() => void)[] = [];
  let sentChars = 0;
  let readChars = 0;
  let isClosed = false;

  /** Nothing is known of a reader before its first number. */
  const unreadChars = (): number => (readChars === 0 ? 0 : Math.max(0, sentChars - readChars));

  function tellDrained(): void {
    if (!isClosed && unreadChars() > FULL_CHARS) return;
    const listeners = drainListeners;
    drainListeners = [];
    for (const listener of listeners) listener();
  }
  function end(): void {
    if (isClosed) return;
    isClosed = true;
    tellDrained();
    for (const listener of closeListeners) listener();
  }

  port.on('close', end);
  return {
    send: (line) => {
      if (isClosed) return;
      sentChars += line.length;
      port.postMessage(line);
    },
    onLine: (listener) => {
      port.on('message', ({ data }) => {
        if (typeof data === 'number') {
          readChars += data;
          tellDrained();
        } else if (!isClosed) {
          listener(typeof data === 'string' ? data : '');
          if (isReader && typeof data === 'string') port.postMessage(data.length);
        }
      });
      port.start();
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close: () => {
      port.close();
      end();
    },
    unsentBytes: unreadChars,
    whenNotFull: async () => {
      while (!isClosed && unreadChars() > FULL_CHARS) {
        await new Promise<void>((resolve) => {
          drainListeners.push(resolve);
        });
      }
    },
  };
}
