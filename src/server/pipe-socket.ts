import type { Socket } from 'node:net';
import { createLineSplitter, type Pipe } from '../protocol/index.ts';

/** Above so many unsent bytes a pipe counts as full. */
const FULL_BYTES = 1024 * 1024;

/** A pipe of lines over a socket, which also tells how far its reader is behind. */
export interface SocketPipe extends Pipe {
  /** Bytes handed to `send` that the other end has not taken yet. */
  unsentBytes(): number;
  /** Settles when less than 1 MiB is unsent, or the pipe is closed. */
  whenNotFull(): Promise<void>;
}

/** A connected socket as a pipe of lines. */
export function createSocketPipe(socket: Socket): SocketPipe {
  const closeListeners: (() => void)[] = [];
  let isClosed = false;
  // an error is always followed by close, and there is nothing else to do about it
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    for (const listener of closeListeners) listener();
  });
  socket.setEncoding('utf8');
  return {
    send: (line) => {
      if (!isClosed && socket.writable) socket.write(`${line}\n`);
    },
    onLine: (listener) => {
      const splitter = createLineSplitter(listener);
      socket.on('data', (text: string) => splitter.feed(text));
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close: () => socket.destroySoon(),
    unsentBytes: () => socket.writableLength,
    whenNotFull: async () => {
      while (!isClosed && socket.writableLength > FULL_BYTES) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve);
          closeListeners.push(resolve);
        });
      }
    },
  };
}
