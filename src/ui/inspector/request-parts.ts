/** The parts of a request for more access, each of which can be granted or left out by itself. */
import type { AccessGrant } from '../../protocol/index.ts';
import { grantRows } from './card-words.ts';

/** One thing that was asked for: the verb, the path, host or socket, and a name to tell parts apart. */
export interface RequestPart {
  readonly key: string;
  readonly verb: string;
  readonly what: string;
}

export const NOTHING_LEFT: ReadonlySet<string> = new Set();

/** All parts, in the order in which a card tells what a yes opens. */
export function requestParts(requested: AccessGrant): RequestPart[] {
  return grantRows(requested).flatMap(({ verb, what }) =>
    what.map((one) => ({ key: `${verb} ${one}`, verb, what: one })),
  );
}

/** What was asked for without the parts that are left out. */
export function withoutParts(requested: AccessGrant, left: ReadonlySet<string>): AccessGrant {
  const keep = (verb: string) => (what: string) => !left.has(`${verb} ${what}`);
  const hostWords = ({ host, port }: AccessGrant['hosts'][number]): string =>
    port === undefined ? host : `${host}:${port}`;
  return {
    write: requested.write.filter(keep('write')),
    read: requested.read.filter(keep('read')),
    hosts: requested.hosts.filter((host) => keep('reach')(hostWords(host))),
    sockets: requested.sockets.filter(keep('talk to')),
  };
}

/** True when every part of a request is left out. */
export function isNothingLeft(requested: AccessGrant | undefined, left: ReadonlySet<string>): boolean {
  return requested !== undefined && requestParts(requested).every(({ key }) => left.has(key));
}
