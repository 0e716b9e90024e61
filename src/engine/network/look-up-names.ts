import { lookup } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { describeAddress, parseHostEntry } from '../../policy/index.ts';
import type { Resolve } from './proxy-spec.ts';

/**
 * Lookups at once. Each holds one of the few threads that also serve the engine's files, and a program inside may ask for
 * many names that nobody answers for.
 */
const MAX_LOOKUPS = 2;

/** The system's own lookup: hosts file, resolver, in the order that the system gives. */
export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map((entry) => entry.address);
};

/** The same lookup, a few at a time; one whose asker has gone away is not begun. */
export function limitLookups(
  resolve: Resolve,
): (name: string, gone: AbortSignal) => Promise<readonly string[]> {
  const waiting: Array<() => void> = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running >= MAX_LOOKUPS) await new Promise<void>((enterNow) => waiting.push(enterNow));
    else running += 1;
  };
  // The place is handed over, not given back, so that nobody slips in between.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async (name, gone) => {
    await enter();
    try {
      gone.throwIfAborted();
      return await resolve(name);
    } finally {
      leave();
    }
  };
}

const HOSTS_FILE = '/etc/hosts';

/** Lists of unwanted hosts are long; a file beyond this is none of them. */
const MAX_HOSTS_BYTES = 16 * 1024 * 1024;

/** What the file held when it was read last. */
let lastRead = { version: '', names: new Map<string, readonly string[]>() };

/** The addresses by name, in lower case. Of a file that cannot be read: none. */
function readHostsFile(path: string): ReadonlyMap<string, readonly string[]> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path);
    const version = [path, mtimeMs, ctimeMs, size, ino].join(' ');
    if (lastRead.version !== version)
      lastRead = {
        version,
        names: size > MAX_HOSTS_BYTES ? new Map() : parseHosts(readFileSync(path, 'utf8')),
      };
    return lastRead.names;
  } catch {
    return new Map();
  }
}

function parseHosts(text: string): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...rest] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    for (const name of rest.map((each) => each.replace(/\.$/, '')))
      names.set(name, [...(names.get(name) ?? []), address]);
  }
  return names;
}

/**
 * True for a name (canonical) that this machine knows by itself, from its hosts file or as its own: looking it up tells
 * nobody anything. Not so for other names without a dot, which a resolver takes to the servers of its search domains.
 */
export function isKnownHere(name: string, hostsFile: string = HOSTS_FILE): boolean {
  return readHostsFile(hostsFile).has(name) || name === hostname().toLowerCase();
}

/**
 * The names of this machine that lead to the loopback inside as well, where only servers of the session listen. None that
 * `allow` names, or that leads to a network card: those are meant to be reached outside.
 */
export function findOwnNames(allow: readonly string[], hostsFile: string = HOSTS_FILE): string[] {
  const own = hostname().toLowerCase();
  const known = readHostsFile(hostsFile);
  return [...new Set([own, own.split('.')[0] ?? own])].filter((name) => {
    const isElsewhere =
      known.get(name)?.some((address) => describeAddress(address).kind !== 'loopback') ?? false;
    const isNamed = allow.some((text) => {
      const reading = parseHostEntry(text);
      return 'entry' in reading && reading.entry.kind === 'exact' && reading.entry.host === name;
    });
    return /^[a-z0-9.-]+$/.test(name) && !isElsewhere && !isNamed;
  });
}
