/** What a session may reach, in sentences for a person. */
import type { AccessGrant, ConfigSnapshot } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { formatHostPort } from './normal-host.ts';

/** So many paths or hosts are named; the rest is counted. */
const MOST_NAMED = 8;

function list(items: readonly string[]): string {
  const named = items.slice(0, MOST_NAMED).map((item) => showText(item, 300));
  const more = items.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function sayReading({ profile, protectSecrets, secretPaths, ignored }: ConfigSnapshot): string[] {
  const isListed = profile !== null && !profile.readsAll;
  const name = profile?.name ?? null;
  const lead = isListed
    ? `It may read what ${name === null ? 'the permission profile' : `the profile ${showText(name)}`} lists, and what programs need to run`
    : 'It may read every file';
  const count = secretPaths.length;
  const secrets = protectSecrets
    ? count === 0
      ? ''
      : `, except ${count} ${count === 1 ? 'path' : 'paths'} with secrets`
    : '; secrets are not kept from it';
  const denied = profile?.entries.filter(({ access }) => access === 'deny').map(({ path }) => path) ?? [];
  const globs = profile?.denyGlobs ?? [];
  return [
    `${lead}${secrets}.`,
    ...(denied.length + globs.length === 0 ? [] : [`The profile denies ${list([...denied, ...globs])}.`]),
    ...(ignored === null ? [] : ['What .sallyportignore names is hidden from it.']),
  ];
}

function sayWriting(snapshot: ConfigSnapshot): string[] {
  const { writableRoots: roots, tmpWritable, tmp, sandboxMode, protectedNames, protectedPaths } = snapshot;
  if (roots.length === 0) return ['It may write nowhere but in temporary folders of its own, which vanish.'];
  const ownTmp = tmp === 'private' ? ' and in a /tmp of its own' : " and in this machine's /tmp";
  const tail = tmpWritable && sandboxMode !== 'read-only' ? ownTmp : '';
  const kept = [...protectedNames, ...protectedPaths];
  return [
    `It may write in ${list(roots)}${tail}.`,
    ...(kept.length === 0 ? [] : [`Of these, ${list(kept)} stay read-only.`]),
  ];
}

function sayNetwork({ networkAccess, network: { allow, deny } }: ConfigSnapshot): string[] {
  if (networkAccess) return ['The network is on.'];
  if (deny.includes('*') && allow.length === 0) return ['It reaches no host.'];
  return [
    allow.length === 0 ? 'It reaches no host unasked.' : `It reaches ${list(allow)} unasked.`,
    ...(deny.length === 0 ? [] : [`It never reaches ${list(deny)}.`]),
    ...(deny.includes('*') ? [] : ['Other hosts are asked about when it connects.']),
  ];
}

function sayGranted({ read, write, hosts, sockets }: AccessGrant): string[] {
  const parts = [
    ...write.map((path) => `writing ${showText(path)}`),
    ...read.map((path) => `reading ${showText(path)}`),
    ...hosts.map(({ host, port }) => (port === undefined ? host : formatHostPort(host, port))),
    ...sockets.map((path) => `the socket ${showText(path)}`),
  ];
  return parts.length === 0 ? [] : [`Answers have opened ${list(parts)} for it.`];
}

/** The access of a session, with what live grants have opened, as sentences. */
export function explainAccess(snapshot: ConfigSnapshot, granted?: AccessGrant): string[] {
  if (snapshot.sandboxMode === 'danger-full-access')
    return ['There is no wall: every file may be read and written, and the network is on.'];
  return [
    ...sayReading(snapshot),
    ...sayWriting(snapshot),
    ...sayNetwork(snapshot),
    ...(granted === undefined ? [] : sayGranted(granted)),
  ];
}
