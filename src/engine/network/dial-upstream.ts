import { request } from 'node:http';
import type { Socket } from 'node:net';
import { formatHostPort } from '../../policy/index.ts';
import type { BulkReader } from './bulk-reader.ts';
import { type DialOptions, dialPlace, withinTime } from './dial.ts';
import type { Upstream } from './upstream-address.ts';

/** What the upstream proxy answered instead of a tunnel. */
export class UpstreamRefusal extends Error {
  constructor(status: number) {
    super(`the upstream proxy answered ${status}`);
    this.name = 'UpstreamRefusal';
  }
}

/** Headers that only the upstream proxy reads. */
export function upstreamHeaders(upstream: Upstream): readonly string[] {
  return upstream.authorization === null ? [] : ['Proxy-Authorization', upstream.authorization];
}

export interface OpenTarget {
  readonly socket: Socket;
  /** What the other side has said already. */
  readonly head: Buffer;
  /** Reads the socket, where it is not read as a stream. */
  readonly reader?: BulkReader;
}

/** A tunnel through the upstream proxy. Rejects with `UpstreamRefusal` when that answers with anything but a yes. */
export async function tunnelUpstream(
  upstream: Upstream,
  target: { readonly host: string; readonly port: number },
  options: DialOptions,
): Promise<OpenTarget> {
  const socket = await dialPlace(upstream.host, upstream.port, options);
  const authority = formatHostPort(target.host, target.port);
  const cancel = (): void => void socket.destroy();
  return await withinTime<OpenTarget>(options, cancel, (settle, fail) => {
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: ['Host', authority, ...upstreamHeaders(upstream)],
      createConnection: () => socket,
    });
    asked.on('error', fail);
    asked.once('response', (response) => fail(new UpstreamRefusal(response.statusCode ?? 0)));
    asked.once('connect', (response, _socket, head) => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) fail(new UpstreamRefusal(status));
      else settle({ socket, head });
    });
    asked.end();
  });
}
