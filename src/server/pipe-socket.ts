import type { Socket } from 'node:net';
import { createLineSplitter, type Pipe } from '../protocol/index.ts';
import { createReadGate, FULL_BYTES, MAX_UNSENT_BYTES } from './read-gate.ts';

/** A pipe of lines over a socket, which also tells how far its reader is behind. */
export interface SocketPipe extends Pipe {
  /** Bytes handed to `send` that the other end has not taken yet. */
  unsentBytes(): number;
  /** Settles when less than 1 MiB is unsent, or the pipe is closed. */
  whenNotFull(): Promise<void>;
}

/**
 * A connected socket as a pipe of lines. With `isServed` the other end is a client of ours: nothing is read from it while
 * it is more than 1 MiB behind with its own reading, and one that comes to 64 MiB all the same is cut off. Only one of two
 * ends may do so, or each could wait for the other to read.
 */
export function createSocketPipe(socket: Socket, { isServed = false } = {}): SocketPipe {
  const closeListeners: (() => void)[] = [];
  const drainListeners: (() => void)[] = [];
  let isClosed = false;
  const isFull = (): boolean => !isClosed && socket.writableLength > FULL_BYTES;
  const tellDrained = (): void => {
    for (const listener of drainListeners.splice(0)) listener();
  };
  const whenNotFull = async (): Promise<void> => {
    while (isFull()) {
      await new Promise<void>((resolve) => {
        drainListeners.push(resolve);
      });
    }
  };
  // an error is always followed by close, and there is nothing else to do about it
  socket.on('error', () => {});
  socket.on('drain', tellDrained);
  socket.on('close', () => {
    isClosed = true;
    tellDrained();
    for (const listener of closeListeners) listener();
  });
  socket.setEncoding('utf8');
  return {
    send: (line) => {
      if (isClosed || !socket.writable) return;
      socket.write(`${line}\n`);
      if (isServed && socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
    },
    onLine: (listener) => {
      const gate = createReadGate(
        { isFull, whenNotFull, pause: () => socket.pause(), resume: () => socket.resume() },
        listener,
      );
      const splitter = createLineSplitter(isServed ? gate.take : listener);
      socket.on('data', (text: string) => splitter.feed(text));
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close: () => socket.destroySoon(),
    unsentBytes: () => socket.writableLength,
    whenNotFull,
  };
}
