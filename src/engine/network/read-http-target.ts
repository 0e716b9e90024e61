/** What an HTTP request asks for, read strictly: two readers of one request must not see two hosts. */
import type { IncomingMessage } from 'node:http';
import { type NormalHost, readAuthority } from '../../policy/index.ts';
import type { Credentials } from './proxy-core.ts';

export interface HttpTarget {
  readonly host: NormalHost;
  readonly port: number;
  /** Path and query; empty for CONNECT. */
  readonly path: string;
}

export type HttpTargetReading = HttpTarget | { readonly problem: string; readonly text: string | null };

const DEFAULT_PORT = 80;

/** The target of CONNECT. Its Host header means nothing and is not looked at. */
export function readConnectTarget(request: IncomingMessage): HttpTargetReading {
  const text = request.url ?? '';
  const authority = readAuthority(text);
  if ('problem' in authority) return { problem: authority.problem, text };
  if (authority.port === null) return { problem: 'CONNECT needs a port', text };
  return { host: authority.host, port: authority.port, path: '' };
}

function listHostHeaders({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && /^host$/i.test(rawHeaders[index - 1] ?? ''));
}

/** Why the Host header does not belong to the target; null when it does. */
function findHostProblem(request: IncomingMessage, target: HttpTarget): string | null {
  const [header, second] = listHostHeaders(request);
  if (header === undefined) return request.httpVersion === '1.0' ? null : 'the request has no Host header';
  if (second !== undefined) return 'the request has more than one Host header';
  const named = readAuthority(header);
  const isSame =
    'host' in named && named.host.text === target.host.text && (named.port ?? DEFAULT_PORT) === target.port;
  return isSame ? null : 'the Host header names another host than the address';
}

/** The target of a request in absolute form, `GET http://host/path`. */
export function readRequestTarget(request: IncomingMessage): HttpTargetReading {
  const url = request.url ?? '';
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)$/i.exec(url);
  if (parts === null)
    return {
      problem: 'this is a proxy: it takes CONNECT and requests with a whole address (http://host/path)',
      text: null,
    };
  const [, scheme = '', text = '', rest = ''] = parts;
  if (scheme.toLowerCase() !== 'http')
    return { problem: `${scheme}: cannot be fetched through this proxy; use CONNECT`, text };
  const authority = readAuthority(text);
  if ('problem' in authority) return { problem: authority.problem, text };
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  const target = { host: authority.host, port: authority.port ?? DEFAULT_PORT, path };
  const problem = findHostProblem(request, target);
  return problem === null ? target : { problem, text };
}

/** User and password of the Proxy-Authorization header; null when there is none that can be read. */
export function readCredentials(request: IncomingMessage): Credentials | null {
  const header = request.headers['proxy-authorization'] ?? '';
  const encoded = /^basic +([a-z0-9+/_=-]{1,2048})$/i.exec(header.trim())?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
