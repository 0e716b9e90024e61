import { Fault } from '../../protocol/index.ts';

/** The proxy behind ours. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** The value of its Proxy-Authorization header. */
  readonly authorization: string | null;
}

const badUpstream = (message: string): Fault =>
  new Fault({
    kind: 'user',
    code: 'bad-upstream-proxy',
    message: `The upstream proxy cannot be used: ${message}.`,
    hint: 'Write it as http://host:port or http://user:password@host:port.',
  });

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUpstream('its user name or password has a % sign that must be written %25');
  }
}

/** Reads `http://user:password@host:port`. Throws a user `Fault`, which never repeats the password. */
export function readUpstream(text: string): Upstream {
  const url = URL.parse(text);
  if (url === null) throw badUpstream('this is no address');
  if (url.protocol !== 'http:') throw badUpstream('it must begin with http://');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw badUpstream('it has a path');
  const credentials = `${decodePart(url.username)}:${decodePart(url.password)}`;
  if (/[\u0000-\u001f\u007f]/.test(credentials))
    throw badUpstream('its user name or password has a control character');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    authorization:
      credentials === ':' ? null : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`,
  };
}
