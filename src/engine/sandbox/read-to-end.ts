import type { IPty } from 'node-pty';

/** Nothing has come for so long although somebody reads: the other end is not closed, and never will be. */
const GIVE_UP_MS = 5000;

/**
 * Has a terminal read to its end. node-pty closes it 200 ms after its program has ended, read or not; while its reader
 * makes it wait, or this process is busy, what was printed last would be lost. The kernel tells the end by itself.
 */
export function readToEnd(pty: IPty, isPaused: () => boolean): void {
  // not in its types; without it the terminal works as node-pty means it to
  const socket: unknown = Reflect.get(pty, '_socket');
  const { ReadStream } = process.getBuiltinModule('node:tty');
  if (!(socket instanceof ReadStream)) return;
  const destroy = socket.destroy.bind(socket);
  let lastAt = 0;
  socket.on('data', () => {
    lastAt = process.uptime();
  });
  socket.destroy = (error) => {
    if (error !== undefined) return destroy(error);
    lastAt = process.uptime();
    const look = (): void => {
      if (socket.destroyed) return;
      if (isPaused()) lastAt = process.uptime();
      if ((process.uptime() - lastAt) * 1000 > GIVE_UP_MS) destroy();
      else setTimeout(look, GIVE_UP_MS / 10).unref();
    };
    look();
    return socket;
  };
}
