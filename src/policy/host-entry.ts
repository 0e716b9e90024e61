import { type NormalHost, readAuthority, readPort, type ToAscii } from './normal-host.ts';

/** One entry of a list of hosts. */
export interface HostEntry {
  /** Canonical text. */
  readonly text: string;
  /** `exact`: this host; `below`: its sub-domains (`*.`); `tree`: both (`**.`); `any`: every host (`*`). */
  readonly kind: 'exact' | 'below' | 'tree' | 'any';
  /** Canonical host; empty for `any`. */
  readonly host: string;
  /** Null for every port. */
  readonly port: number | null;
}

export type EntryReading = { readonly entry: HostEntry } | { readonly problem: string };

function findForeignForm(text: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return 'an entry names a host, not an address of a page: leave out what stands before and behind the host';
  if (/\/\d+$/.test(text)) return 'ranges of addresses cannot be named: list the addresses';
  if (text.includes('/')) return 'an entry names a host: leave out the path';
  if (text.includes('@')) return 'an entry names a host: leave out the user name';
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return `an IPv6 address needs brackets: [${text}]`;
  return null;
}

function readPattern(text: string): { kind: HostEntry['kind']; rest: string } {
  if (text.startsWith('**.')) return { kind: 'tree', rest: text.slice(3) };
  if (text.startsWith('*.')) return { kind: 'below', rest: text.slice(2) };
  return { kind: 'exact', rest: text };
}

const MARKS = { exact: '', below: '*.', tree: '**.', any: '*' } as const;

function makeEntry(kind: HostEntry['kind'], host: string, port: number | null): EntryReading {
  const written = host.includes(':') ? `[${host}]` : host;
  return { entry: { kind, host, port, text: `${MARKS[kind]}${written}${port === null ? '' : `:${port}`}` } };
}

function readAny(text: string): EntryReading {
  if (text === '*') return makeEntry('any', '', null);
  const port = readPort(text.slice(2));
  return port === null ? { problem: 'this is no port from 1 to 65535' } : makeEntry('any', '', port);
}

/** A second spelling of an address would be an entry that nobody finds again. */
function isOddSpelling(host: NormalHost, written: string): boolean {
  return host.kind === 'ipv4' && written.replace(/:\d+$/, '') !== host.text;
}

/**
 * Reads an entry of an allow or deny list: `host`, `*.host`, `**.host` or `*`, each with `:port` if wanted. The problem is
 * a sentence that completes "This entry is not understood:".
 */
export function parseHostEntry(text: string, toAscii?: ToAscii): EntryReading {
  if (text === '*' || /^\*:[^:]*$/.test(text)) return readAny(text);
  if (/^\*\*(?::|$)/.test(text)) return { problem: 'every host is written *' };
  const foreign = findForeignForm(text);
  if (foreign !== null) return { problem: foreign };
  const { kind, rest } = readPattern(text);
  if (rest.includes('*'))
    return { problem: 'a * stands only alone or at the beginning: *, *.example.com, **.example.com' };
  const authority = readAuthority(rest, toAscii);
  if ('problem' in authority) return authority;
  const { host, port } = authority;
  if (kind !== 'exact' && host.kind !== 'name') return { problem: 'an address has no sub-domains' };
  if (isOddSpelling(host, rest)) return { problem: `an address is written in its usual form: ${host.text}` };
  return makeEntry(kind, host.text, port);
}

/** True when the entry speaks of this host (canonical) and port. */
export function matchesEntry(entry: HostEntry, host: string, port: number): boolean {
  if (entry.port !== null && entry.port !== port) return false;
  const isSame = host === entry.host;
  const isBelow = host.length > entry.host.length + 1 && host.endsWith(`.${entry.host}`);
  switch (entry.kind) {
    case 'exact':
      return isSame;
    case 'below':
      return isBelow;
    case 'tree':
      return isSame || isBelow;
    case 'any':
      return true;
  }
}

const KIND_RANK = { exact: 3, below: 2, tree: 1, any: 0 } as const;

/** Above 0 when the first of two matching entries is the more specific one: by host, then by kind, then by port. */
export function compareEntries(one: HostEntry, other: HostEntry): number {
  const isExact = Number(one.kind === 'exact') - Number(other.kind === 'exact');
  // Both match the same host, so the longer one is the deeper one.
  const depth = one.host.length - other.host.length;
  const kind = KIND_RANK[one.kind] - KIND_RANK[other.kind];
  return isExact || depth || kind || Number(one.port !== null) - Number(other.port !== null);
}
