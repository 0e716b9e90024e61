import type { Pipe } from '../protocol/index.ts';

/**
 * A pipe of lines over a message port. A string is a line; after each one the other end is told, as a number, how many
 * characters were read, so that it notices a slow reader.
 */
export function createPortPipe(port: MessagePort): Pipe {
  const closeListeners: (() => void)[] = [];
  let isClosed = false;

  function end(): void {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener();
  }
  port.addEventListener('close', end);
  return {
    send: (line) => {
      if (!isClosed) port.postMessage(line);
    },
    onLine: (listener) => {
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isClosed || typeof data === 'number') return;
        listener(typeof data === 'string' ? data : '');
        if (typeof data === 'string') port.postMessage(data.length);
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
  };
}
