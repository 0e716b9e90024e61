/**
 * The one reading of a host that everything here works with. Promises: two spellings that reach the same place give the
 * same text; what no reader agrees upon is refused with a reason. Does not promise: that the host exists.
 */
import {
  embeddedIpv4,
  formatIpv4,
  formatIpv6,
  isNumberLabel,
  mappedIpv4,
  readIpv4,
  readIpv6,
} from './ip-address.ts';

export interface NormalHost {
  readonly kind: 'name' | 'ipv4' | 'ipv6';
  /** Canonical: a name in lower case and A-labels without its last dot, or an address (IPv6 without brackets). */
  readonly text: string;
  /** IPv4 addresses inside an IPv6 one that traffic to it may end at. */
  readonly embedded: readonly string[];
}

export type HostReading = { readonly host: NormalHost } | { readonly problem: string };

/** Turns a name in any script into A-labels by UTS 46; an empty text when it cannot. The engine has one, this room not. */
export type ToAscii = (name: string) => string;

const MAX_TYPED = 1024;
const MAX_NAME = 253;
const MAX_LABEL = 63;

const plainHost = (kind: 'name' | 'ipv4', text: string): HostReading => ({
  host: { kind, text, embedded: [] },
});

function findOddCharacter(text: string): string | null {
  if (text === '') return 'the host is empty';
  if (text.length > MAX_TYPED) return 'the host is too long';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return 'the host contains a control character';
  if (/[\s\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/.test(text)) return 'the host contains white space';
  if (text.includes('@')) return 'the host contains a user name';
  if (text.includes('%')) return 'the host contains a % sign';
  return null;
}

function readIpv6Host(text: string): HostReading {
  const groups = readIpv6(text.toLowerCase());
  if (groups === null) return { problem: 'this is no IPv6 address' };
  const mapped = mappedIpv4(groups);
  if (mapped !== null) return plainHost('ipv4', formatIpv4(mapped));
  return {
    host: { kind: 'ipv6', text: formatIpv6(groups), embedded: embeddedIpv4(groups).map(formatIpv4) },
  };
}

function findBadLabel(name: string): string | null {
  if (name.length > MAX_NAME) return 'the name is longer than 253 characters';
  for (const label of name.split('.')) {
    if (label === '') return 'the name has an empty part';
    if (label.length > MAX_LABEL) return 'a part of the name is longer than 63 characters';
    if (!/^[a-z0-9_-]+$/.test(label)) return 'the name contains a character that no host name has';
    if (label.startsWith('-') || label.endsWith('-')) return 'a part of the name begins or ends with -';
  }
  return null;
}

/** The name in ASCII; a problem where that takes what this room does not have, or cannot be done. */
function toAsciiName(text: string, toAscii: ToAscii | undefined): { name: string } | { problem: string } {
  if (/^[\u0000-\u007f]*$/.test(text)) return { name: text };
  if (toAscii === undefined)
    return { problem: 'the name has characters beyond ASCII; write its form that begins with xn--' };
  const name = toAscii(text);
  return name === '' ? { problem: 'the name is no valid international name' } : { name: name.toLowerCase() };
}

function readNameOrIpv4(typed: string, toAscii: ToAscii | undefined): HostReading {
  const ascii = toAsciiName(typed.toLowerCase(), toAscii);
  if ('problem' in ascii) return ascii;
  const name = ascii.name.endsWith('.') ? ascii.name.slice(0, -1) : ascii.name;
  const problem = findBadLabel(name);
  if (problem !== null) return { problem };
  if (!isNumberLabel(name.slice(name.lastIndexOf('.') + 1))) return plainHost('name', name);
  const bits = readIpv4(name);
  return bits === null
    ? { problem: 'the name ends in a number and is no IPv4 address' }
    : plainHost('ipv4', formatIpv4(bits));
}

/** Reads a host as a program gives it (IPv6 with or without brackets), or says in words why it is none. */
export function readHost(text: string, toAscii?: ToAscii): HostReading {
  const problem = findOddCharacter(text);
  if (problem !== null) return { problem };
  if (text.startsWith('[') || text.endsWith(']')) {
    const inner = /^\[([^[\]]*)\]$/.exec(text)?.[1];
    return inner === undefined ? { problem: 'the brackets do not enclose an address' } : readIpv6Host(inner);
  }
  return text.includes(':') ? readIpv6Host(text) : readNameOrIpv4(text, toAscii);
}

/** The host in its one form, or null when it is none. `readHost` also says why. */
export function normaliseHost(text: string, toAscii?: ToAscii): NormalHost | null {
  const reading = readHost(text, toAscii);
  return 'host' in reading ? reading.host : null;
}

export interface Authority {
  readonly host: NormalHost;
  /** Null when none is named. */
  readonly port: number | null;
}

/** Reads a port in plain decimal; null when it is none. */
export function readPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

/** Reads `host`, `host:port` or `[address]:port` as it stands in a request. An IPv6 address needs its brackets here. */
export function readAuthority(text: string, toAscii?: ToAscii): Authority | { readonly problem: string } {
  if (text.includes('@')) return { problem: 'the host contains a user name' };
  const parts = /^(\[[^[\]]*\]|[^:[\]]*)(?::([^:]*))?$/s.exec(text);
  if (parts === null) return { problem: 'this is no host with a port' };
  const reading = readHost(parts[1] ?? '', toAscii);
  if ('problem' in reading) return reading;
  if (parts[2] === undefined) return { host: reading.host, port: null };
  const port = readPort(parts[2]);
  return port === null ? { problem: 'this is no port from 1 to 65535' } : { host: reading.host, port };
}

/** The host and port as they are written together: `example.com:443`, `[::1]:443`. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
