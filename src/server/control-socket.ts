/**
 * The door that clients knock at: a unix socket that only this user can open (0600, in a private folder), a named
 * pipe on Windows.
 *
 * Promises: nobody but this user (and root) can connect. Does not promise to tell this user's programs apart: what
 * runs in a sandbox is kept away by masking the folder there. Without the mode any user of the machine could answer.
 */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../protocol/index.ts';
import { createSocketPipe, type SocketPipe } from './pipe-socket.ts';

/** Room that the kernel has for the path of a unix socket, on Linux and macOS alike. */
const MAX_SOCKET_PATH_BYTES = 103;

export interface ControlSocket {
  /** Takes no more clients and ends those there are. */
  close(): Promise<void>;
}

/** Where the engine of a runtime folder listens. */
export function controlSocketPath(runtimeDir: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return join(runtimeDir, 'control.sock');
  const digest = createHash('sha256').update(runtimeDir.toLowerCase()).digest('hex').slice(0, 32);
  return `\\\\.\\pipe\\sallyport-${digest}`;
}

/**
 * Listens at `path`. A socket that a dead engine left there is removed: call it only while holding the engine lock.
 * Throws a `host` fault when something else is in the way.
 */
export async function listenOnControlSocket(
  path: string,
  accept: (pipe: SocketPipe) => void,
): Promise<ControlSocket> {
  if (process.platform !== 'win32') clearPath(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    accept(createSocketPipe(socket, { isServed: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Fault({
          kind: 'host',
          code: 'cannot-listen',
          message: `cannot listen at ${path}: ${cause.message}`,
          cause,
        }),
      ),
    );
    server.once('listening', resolve);
    // the socket is made within the call: nobody can open it before its mode is set
    const umask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        // Node removes the socket file itself
        server.close(() => resolve());
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

function clearPath(path: string): void {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new Fault({
      kind: 'host',
      code: 'socket-path-too-long',
      message: `the path of the control socket is too long for this system: ${path}`,
      hint: 'set SALLYPORT_HOME to a folder with a shorter path',
    });
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new Fault({
      kind: 'host',
      code: 'socket-path-taken',
      message: `${path} is not a socket`,
      hint: `move ${path} away`,
    });
  }
  rmSync(path);
}
