import { Fault, type Pipe } from '../protocol/index.ts';

/** A pipe of lines over a WebSocket, one message a line. Throws a `remote` fault when it cannot be opened. */
export function openWebSocketPipe(address: string): Promise<Pipe> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    const closeListeners: (() => void)[] = [];
    let isClosed = false;
    socket.addEventListener('close', () => {
      isClosed = true;
      reject(new Fault({ kind: 'remote', code: 'unreachable', message: 'The engine cannot be reached.' }));
      for (const listener of closeListeners) listener();
    });
    const pipe: Pipe = {
      send: (line) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(line);
      },
      onLine: (listener) => {
        socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          listener(typeof data === 'string' ? data : '');
        });
      },
      onClose: (listener) => {
        if (isClosed) listener();
        else closeListeners.push(listener);
      },
      close: () => socket.close(),
    };
    socket.addEventListener('open', () => resolve(pipe));
  });
}
