/**
 * Closes hosts and paths whatever the rest of the configuration says. Promises: nothing more specific opens a part of
 * them again. Does not promise anything without a wall: that mode is ruled out where something is to be closed.
 */
import { type HostEntry, parseHostEntry } from '../../policy/index.ts';
import type { ConfigSnapshot, NetworkSettings } from '../../protocol/index.ts';
import { listLinkNames } from '../base/index.ts';
import type { Requirements } from './read-requirements.ts';
import { isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';

type ManagedDeny = NonNullable<ConfigSnapshot['managedDeny']>;

function readEntry(text: string): HostEntry | undefined {
  const reading = parseHostEntry(text);
  return 'entry' in reading ? reading.entry : undefined;
}

/** True when some host that one entry speaks of is also one of the other. */
function overlaps(allow: HostEntry, deny: HostEntry): boolean {
  if (allow.port !== null && deny.port !== null && allow.port !== deny.port) return false;
  if (deny.kind === 'any') return true;
  const isBelow = (host: string, top: string): boolean => host === top || host.endsWith(`.${top}`);
  return allow.kind !== 'any' && isBelow(allow.host, deny.host);
}

function forceHosts(network: NetworkSettings, { denyHosts, allowHosts }: Requirements): NetworkSettings {
  const denied = denyHosts.flatMap(({ text }) => readEntry(text) ?? []);
  const isLeft = (text: string): boolean => {
    const entry = readEntry(text);
    if (entry === undefined) return false;
    if (allowHosts?.includes(text) === true) return true;
    return allowHosts === undefined && !denied.some((deny) => overlaps(entry, deny));
  };
  const deny = [...new Set([...network.deny, ...denyHosts.map(({ text }) => text)])];
  return { ...network, allow: network.allow.filter(isLeft), deny };
}

/** What is denied for good, at its real place. */
function readManaged({ home, workspace }: ConfigSnapshot, required: Requirements): ManagedDeny {
  const { denyPaths, denyHosts } = required;
  const paths = denyPaths.flatMap(({ text, origin }) => {
    const typed = makeAbsolute(text.replaceAll('${workspace}', workspace), '/', home);
    // A link by its own name too: who could remove it would open what it leads to next time.
    return [resolveExistingPart(typed), ...listLinkNames(typed)].map((path) => ({ path, origin }));
  });
  return { paths, hosts: [...denyHosts] };
}

function forcePaths(snapshot: ConfigSnapshot, { paths }: ManagedDeny): ConfigSnapshot {
  const { profile } = snapshot;
  const closed = paths.map((entry) => ({ ...entry, access: 'deny' as const }));
  if (closed.length === 0) return snapshot;
  const isClosed = (path: string): boolean => closed.some((deny) => isWithin(path, deny.path));
  return {
    ...snapshot,
    protectSecrets: true,
    secretPaths: [...new Set([...snapshot.secretPaths, ...closed.map(({ path }) => path)])],
    writableRoots: snapshot.writableRoots.filter((root) => !isClosed(root)),
    profile: profile && {
      ...profile,
      entries: [...profile.entries.filter(({ path }) => !isClosed(path)), ...closed],
    },
  };
}

/** The configuration with what the requirements close. */
export function forceDenies(
  snapshot: ConfigSnapshot,
  requirements: Requirements | undefined,
): ConfigSnapshot {
  if (requirements === undefined) return snapshot;
  const managed = readManaged(snapshot, requirements);
  const isNone = managed.paths.length + managed.hosts.length === 0;
  const marked = isNone ? snapshot : { ...snapshot, managedDeny: managed };
  if (snapshot.sandboxMode === 'danger-full-access') return marked;
  const forced = forcePaths(marked, managed);
  return { ...forced, network: forceHosts(forced.network, requirements) };
}
