import type { Socket } from 'node:net';
import type { OpenTarget } from './dial-upstream.ts';

/**
 * Carries bytes both ways until both sides have ended. One side that stops sending leaves the other way open; one that
 * breaks ends both. Slow readers slow the writer down. However long nothing is said, nothing is ended.
 */
export function joinSockets(client: Socket, early: Buffer, target: OpenTarget): void {
  const other = target.socket;
  const end = (): void => {
    client.destroy();
    other.destroy();
  };
  for (const socket of [client, other]) {
    socket.on('error', end);
    // One that has said all may be gone before the other has been told all: then nothing is to be cut off.
    socket.once('close', () => {
      if (!socket.readableEnded) end();
    });
  }
  if (client.destroyed || other.destroyed) {
    end();
    return;
  }
  if (target.head.length > 0) client.write(target.head);
  if (early.length > 0) other.write(early);
  client.pipe(other);
  if (target.reader === undefined) other.pipe(client);
  else target.reader.attach(other, client);
}
