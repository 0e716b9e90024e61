import type { Socket } from 'node:net';

/** What a client may send before it is answered; then it is not read any further until it is. */
const MAX_EARLY_BYTES = 64 * 1024;

/** Reads from a client that waits, so that its going away is seen. */
export interface ClientReader {
  /** Aborted when the client goes away, also when it only stops sending: one that was killed looks like that. */
  readonly gone: AbortSignal;
  /** The next so many bytes. Rejects when the client goes away before them. */
  take(count: number): Promise<Buffer>;
  /** Stops reading; what was received and not taken. The caller must go on with the socket in the same turn. */
  release(): Buffer;
}

export function readClient(socket: Socket): ClientReader {
  const gone = new AbortController();
  let received: Buffer = Buffer.alloc(0);
  let tell: () => void = () => undefined;
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    if (received.length > MAX_EARLY_BYTES) socket.pause();
    tell();
  };
  const leave = (): void => {
    gone.abort();
    tell();
  };
  socket.on('data', onData);
  socket.on('end', leave);
  socket.on('close', leave);
  socket.resume();
  if (socket.destroyed || socket.readableEnded) leave();
  return {
    gone: gone.signal,
    async take(count) {
      while (received.length < count) {
        gone.signal.throwIfAborted();
        await new Promise<void>((wake) => {
          tell = wake;
        });
      }
      const taken = received.subarray(0, count);
      received = received.subarray(count);
      return taken;
    },
    release() {
      socket.pause();
      socket.off('data', onData);
      socket.off('end', leave);
      socket.off('close', leave);
      return received;
    },
  };
}
