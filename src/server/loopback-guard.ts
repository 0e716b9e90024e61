/**
 * Decides from a request's head alone whether it may be listened to.
 *
 * Promises: a request is only answered when it names our own host (so no foreign name that was made to point at
 * 127.0.0.1 gets one), and when whatever page sent it is our own (so no other page in the same browser can post to us
 * or open a socket, though the browser would add the cookie). Does not promise that a person sent it: programs on this
 * machine can write any head they like; the cookie is what keeps those out.
 */

/** What the guard looks at. Headers come as a list, for one that is sent twice is nobody's. */
export interface RequestHead {
  readonly method: string | undefined;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
}

export type HeadRefusal = 403 | 405 | 421;

export interface LoopbackGuard {
  /** `http://sp-….localhost:PORT`, without a slash at the end. */
  readonly origin: string;
  /** The status to refuse with, or `undefined`. `mustHaveOrigin` for what changes something. */
  judge(head: RequestHead, mustHaveOrigin: boolean): HeadRefusal | undefined;
}

const METHODS = ['GET', 'HEAD', 'POST'];
const HTTP_PORT = 80;
const MAX_COOKIE_VALUES = 8;

export function createLoopbackGuard(hostName: string, port: number): LoopbackGuard {
  const host = port === HTTP_PORT ? hostName : `${hostName}:${port}`;
  const origin = `http://${host}`;
  return {
    origin,
    judge: ({ method, hosts, origins }, mustHaveOrigin) => {
      if (hosts.length !== 1 || hosts[0] !== host) return 421;
      if (method === undefined || !METHODS.includes(method)) return 405;
      if (origins.length === 0) return mustHaveOrigin ? 403 : undefined;
      return origins.length === 1 && origins[0] === origin ? undefined : 403;
    },
  };
}

/**
 * The path of a request target, without its query; `undefined` for one that is not a plain path. Nothing is decoded:
 * no path of ours needs it, and so there is nothing that could be decoded twice.
 */
export function readPath(target: string | undefined): string | undefined {
  const path = target?.split('?', 1)[0];
  return path !== undefined && /^\/[A-Za-z0-9._/-]*$/.test(path) && !path.includes('..') ? path : undefined;
}

/** The values of a cookie, in order: another site of the same host name may have added some of its own. */
export function readCookies(header: string | undefined, name: string): string[] {
  const values: string[] = [];
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...rest] = part.split('=');
    if (key.trim() === name) values.push(rest.join('=').trim());
    if (values.length >= MAX_COOKIE_VALUES) break;
  }
  return values;
}
