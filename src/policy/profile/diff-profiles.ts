import { findEntry } from './profile-index.ts';
import type { ResolvedProfile } from './resolve-profile.ts';

/** One thing on which two profiles differ; what each says of it. */
export interface ProfileDifference {
  readonly kind: 'path' | 'pattern' | 'host' | 'network';
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** The second lets more happen than the first. */
  readonly isWider: boolean;
}

const RANKS = ['deny', 'closed', 'asked', 'read', 'write', 'allow', 'on'];

function difference(
  kind: ProfileDifference['kind'],
  what: string,
  from: string,
  to: string,
): ProfileDifference {
  return { kind, what, from, to, isWider: RANKS.indexOf(to) > RANKS.indexOf(from) };
}

/** What a profile says of a path: `read` or `closed` where it says nothing. */
function accessAt(path: string, { profile, isFull }: ResolvedProfile, hasOwnTmp: boolean): string {
  if (isFull) return 'write';
  // Without a word on it a session has a /tmp of its own.
  if (path === '/tmp' && hasOwnTmp && findEntry(path, profile) === undefined) return 'write';
  const found = path === '/' ? undefined : findEntry(path, profile);
  return found?.access ?? (profile.readsAll ? 'read' : 'closed');
}

function hostAt(text: string, { hosts, networkAccess }: ResolvedProfile): string {
  if (networkAccess) return 'allow';
  return hosts.find((host) => host.text === text)?.access ?? 'asked';
}

/** What would change if the second took the place of the first. `hasOwnTmp`: sessions have a /tmp of their own. */
export function diffProfiles(
  first: ResolvedProfile,
  second: ResolvedProfile,
  hasOwnTmp: boolean,
): ProfileDifference[] {
  const both = [first, second];
  const paths = new Set(['/', ...both.flatMap(({ profile }) => profile.entries.map(({ path }) => path))]);
  const globs = new Set(both.flatMap(({ profile }) => profile.denyGlobs));
  const hosts = new Set(both.flatMap((resolved) => resolved.hosts.map(({ text }) => text)));
  const globAt = (glob: string, { profile }: ResolvedProfile): string =>
    profile.denyGlobs.includes(glob) ? 'deny' : 'asked';
  const network = ({ networkAccess }: ResolvedProfile): string => (networkAccess ? 'on' : 'asked');
  const rows = [
    ...[...paths]
      .sort()
      .map((path) =>
        difference('path', path, accessAt(path, first, hasOwnTmp), accessAt(path, second, hasOwnTmp)),
      ),
    ...[...globs].map((glob) => difference('pattern', glob, globAt(glob, first), globAt(glob, second))),
    difference('network', 'network', network(first), network(second)),
    ...[...hosts].sort().map((host) => difference('host', host, hostAt(host, first), hostAt(host, second))),
  ];
  return rows
    .filter(({ from, to }) => from !== to)
    .map((row) => (row.kind === 'pattern' ? { ...row, from: none(row.from), to: none(row.to) } : row));
}

function none(access: string): string {
  return access === 'asked' ? 'none' : access;
}
