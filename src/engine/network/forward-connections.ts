import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server } from 'node:net';
import { joinSockets } from './join-sockets.ts';

/** A unix socket by its path, or a port of this machine's 127.0.0.1. */
export type LocalPlace = { readonly path: string } | { readonly port: number };

export interface Forward {
  /** Ends every connection and listens no more. Idempotent. */
  close(): Promise<void>;
}

/** At once, in one direction of one port. */
const MAX_CONNECTIONS = 256;

const LOOPBACK = '127.0.0.1';

/** Joins whoever connects at `from` with `to`. Rejects when it cannot listen there, such as with `EADDRINUSE`. */
export async function forwardConnections(from: LocalPlace, to: LocalPlace): Promise<Forward> {
  const target: NetConnectOpts =
    'path' in to ? { path: to.path } : { host: LOOPBACK, port: to.port, noDelay: true };
  const ends = new Set<() => void>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const other = connect({ ...target, allowHalfOpen: true });
    const end = (): void => {
      socket.destroy();
      other.destroy();
    };
    ends.add(end);
    socket.once('close', () => ends.delete(end));
    joinSockets(socket, Buffer.alloc(0), { socket: other, head: Buffer.alloc(0) });
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, from);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((settle) => server.close(() => settle()));
    for (const end of ends) end();
    await ended;
    if ('path' in from) await rm(from.path, { force: true });
  };
  return {
    close() {
      closed ??= close();
      return closed;
    },
  };
}

async function listen(server: Server, place: LocalPlace): Promise<void> {
  await new Promise<void>((settle, fail) => {
    server.once('error', fail);
    if ('path' in place) server.listen(place.path, settle);
    else server.listen({ host: LOOPBACK, port: place.port }, settle);
  });
  if ('path' in place) await chmod(place.path, 0o600);
}
