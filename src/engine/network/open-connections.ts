import type { Socket } from 'node:net';
import type { TargetRequest } from './judge-target.ts';
import type { OpenConnection } from './proxy-spec.ts';

type Reached = Pick<TargetRequest, 'launchId' | 'host' | 'port'>;

/** Where programs inside are connected to at the moment, or about to be. */
export interface OpenConnections {
  /** There was a yes, and the connection is being made. The result says, once it is made, whether it was cut meanwhile. */
  begin(request: Reached): () => boolean;
  /** It is made: it counts until `until` closes, and a cut closes `client`. */
  add(request: Reached, ends: { readonly client: Socket; readonly until: Socket }): void;
  /** Ends those that `isOver` says so of, and tells which they were. */
  cut(isOver: (connection: OpenConnection) => boolean): readonly OpenConnection[];
}

export function createOpenConnections(): OpenConnections {
  const open = new Map<OpenConnection, () => void>();
  const enter = ({ launchId, host, port }: Reached, end: () => void): OpenConnection => {
    const connection = { launchId, host: host.text, port };
    open.set(connection, end);
    return connection;
  };
  return {
    begin(request) {
      let isCut = false;
      const connection = enter(request, () => {
        isCut = true;
      });
      return () => {
        open.delete(connection);
        return isCut;
      };
    },
    add(request, { client, until }) {
      if (until.destroyed) return;
      const connection = enter(request, () => void client.destroy());
      until.once('close', () => open.delete(connection));
    },
    cut(isOver) {
      const over = [...open].filter(([connection]) => isOver(connection));
      for (const [, end] of over) end();
      return over.map(([connection]) => connection);
    },
  };
}
