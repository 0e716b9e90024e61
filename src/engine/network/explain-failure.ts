import { formatHostPort } from '../../policy/index.ts';
import { UpstreamRefusal } from './dial-upstream.ts';

export interface Failure {
  readonly kind: 'unreachable';
  /** The errno name, e.g. `ECONNREFUSED`; `UPSTREAM` for a no of the upstream proxy. */
  readonly code: string;
  /** Why, in words that stand behind "cannot be reached: ". */
  readonly words: string;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not known',
  ENODATA: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up at the moment',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the other side ended the connection',
  EPIPE: 'the other side ended the connection',
  ETIMEDOUT: 'no answer',
  ENETUNREACH: 'there is no way into that network',
  EHOSTUNREACH: 'there is no way to that host',
  EADDRNOTAVAIL: 'there is no way into that network',
  EACCES: 'this machine does not let it',
  EPERM: 'this machine does not let it',
};

function readCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'UNKNOWN';
}

/** Why a connection could not be made, in words. `upstream` is the proxy that was dialled in place of the host. */
export function explainFailure(
  error: unknown,
  upstream: { readonly host: string; readonly port: number } | null = null,
): Failure {
  if (error instanceof UpstreamRefusal)
    return { kind: 'unreachable', code: 'UPSTREAM', words: error.message };
  const code = readCode(error);
  const words = WORDS[code] ?? `the connection failed (${code})`;
  if (upstream === null) return { kind: 'unreachable', code, words };
  const place = formatHostPort(upstream.host, upstream.port);
  return { kind: 'unreachable', code, words: `the upstream proxy ${place} (network.proxy): ${words}` };
}
