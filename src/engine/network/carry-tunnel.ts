import type { Socket } from 'node:net';
import type { OpenTarget } from './dial-upstream.ts';
import { joinSockets } from './join-sockets.ts';
import type { TargetRequest } from './judge-target.ts';
import type { ProxyCore } from './proxy-core.ts';

export interface Tunnel {
  readonly client: Socket;
  readonly asked: Pick<TargetRequest, 'launchId' | 'host' | 'port'>;
  readonly target: OpenTarget;
  /** What the client has said already to the other side. */
  readonly early: Buffer;
  /** Tells the client that it is joined. */
  readonly answer: string | Buffer;
}

/** Joins a client with what it asked for: in the bridge, where that can go on with the connection, or else here. */
export async function carryTunnel(core: ProxyCore, tunnel: Tunnel): Promise<void> {
  const { client, asked, target, early, answer } = tunnel;
  const other = target.socket;
  core.reached.add(asked, { client, until: client });
  if (target.reader !== undefined) {
    const isHanded = await core.bridge.hand(client, {
      other,
      early: early.length,
      answer,
      onEnd: (carried) => core.reportCarried(asked, carried),
    });
    if (isHanded) return;
  }
  core.bridge.release(client);
  core.reportAtClose(asked, other);
  client.write(answer);
  joinSockets(client, early, target);
}
