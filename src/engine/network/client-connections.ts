import type { Socket } from 'node:net';
import type { ProxyLimits } from './proxy-spec.ts';

interface ClientRecord {
  launchId: string | null;
  /** Requests of this connection that have no complete answer yet. */
  running: number;
  deadline: NodeJS.Timeout | undefined;
}

/** Which connections of programs inside are open, whose they are, and how long they may dawdle. */
export interface ClientConnections {
  /** False when there are too many; the connection is then closed. */
  admit(socket: Socket): boolean;
  /** Makes the connection that of a launch. A problem in words when it is another's, or the launch has too many. */
  claim(socket: Socket, launchId: string): string | null;
  /** A request's head has been read: from here on the client waits for us. Returns how many of its requests run. */
  begin(socket: Socket): number;
  /** A request is answered; the next one on the same connection has to come in time. */
  finish(socket: Socket): void;
  endLaunch(launchId: string): void;
  endAll(): void;
  readonly count: number;
}

export function createClientConnections(limits: ProxyLimits): ClientConnections {
  const records = new Map<Socket, ClientRecord>();
  const counts = new Map<string, number>();

  const arm = (socket: Socket, record: ClientRecord): void => {
    clearTimeout(record.deadline);
    record.deadline = setTimeout(() => socket.destroy(), limits.openingMs);
    record.deadline.unref();
  };
  const forget = (socket: Socket): void => {
    const record = records.get(socket);
    records.delete(socket);
    clearTimeout(record?.deadline);
    if (record === undefined || record.launchId === null) return;
    const left = (counts.get(record.launchId) ?? 1) - 1;
    if (left > 0) counts.set(record.launchId, left);
    else counts.delete(record.launchId);
  };
  return {
    get count() {
      return records.size;
    },
    admit(socket) {
      socket.on('error', () => socket.destroy());
      if (records.size >= limits.connections) {
        socket.destroy();
        return false;
      }
      const record: ClientRecord = { launchId: null, running: 0, deadline: undefined };
      records.set(socket, record);
      arm(socket, record);
      socket.once('close', () => forget(socket));
      return true;
    },
    claim(socket, launchId) {
      const record = records.get(socket);
      if (record === undefined) return 'this connection is closed';
      if (record.launchId === launchId) return null;
      if (record.launchId !== null) return 'this connection belongs to another program';
      const count = counts.get(launchId) ?? 0;
      if (count >= limits.connectionsPerLaunch) return 'this program has too many connections open';
      record.launchId = launchId;
      counts.set(launchId, count + 1);
      return null;
    },
    begin(socket) {
      const record = records.get(socket);
      if (record === undefined) return 0;
      clearTimeout(record.deadline);
      record.running += 1;
      return record.running;
    },
    finish(socket) {
      const record = records.get(socket);
      if (record === undefined) return;
      record.running -= 1;
      if (record.running === 0) arm(socket, record);
    },
    endLaunch(launchId) {
      for (const [socket, record] of records) if (record.launchId === launchId) socket.destroy();
    },
    endAll() {
      for (const socket of records.keys()) socket.destroy();
    },
  };
}
