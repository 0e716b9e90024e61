import type { Word } from '../protocol/index.ts';

/** Of a redirection to `/dev/tcp/HOST/PORT` or `/dev/udp/HOST/PORT`; null where the words do not name the host. */
interface ShellConnection {
  readonly host: string | null;
  readonly port: string;
}

/**
 * The connection that bash makes of a redirection's target instead of opening a file; null for a file. Names that would
 * lead out of `/dev` where another shell takes them for a file stay files.
 */
export function readShellConnection({ text, value }: Word): ShellConnection | null {
  if (value === undefined) return /^["']?\/dev\/(?:tcp|udp)\/./.test(text) ? { host: null, port: '' } : null;
  const match = /^\/dev\/(?:tcp|udp)\/([^/]+)\/([^/]+)$/.exec(value);
  const [, host = '', port = ''] = match ?? [];
  if (match === null || [host, port].some((part) => part === '.' || part === '..')) return null;
  return { host: host.includes(':') ? `[${host}]` : host, port };
}
