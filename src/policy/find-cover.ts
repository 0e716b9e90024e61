import type { ConfigSnapshot, Grant } from '../protocol/index.ts';
import { coversAccess } from './match-grant.ts';
import { classifyPath } from './path-access.ts';

const LASTING: readonly Grant['scope'][] = ['once', 'step', 'turn', 'until', 'session', 'always'];

function lastsAsLong(other: Grant, grant: Grant): boolean {
  const [longer, shorter] = [other, grant].map(({ scope }) => LASTING.indexOf(scope));
  return (longer ?? 0) > (shorter ?? 0) || (other.scope === grant.scope && other.untilMs === grant.untilMs);
}

/** Everything that the grant opens is open without it. */
function isConfigured({ kind, access }: Grant, snapshot: ConfigSnapshot): boolean {
  if (kind !== 'access' || access === undefined) return false;
  if (access.hosts.length + access.sockets.length > 0) return false;
  const isWritable = (path: string): boolean => classifyPath(path, snapshot) === 'inside';
  const isReadable = (path: string): boolean => !['secret', 'denied'].includes(classifyPath(path, snapshot));
  return access.write.every(isWritable) && access.read.every(isReadable);
}

/**
 * What already answers all that a grant answers, for at least as long: `configuration`, or the id of another grant of the
 * list (of two that are the same, the older). Undefined where the grant is needed, and for what is refused.
 */
export function findCover(
  grant: Grant,
  others: readonly Grant[],
  snapshot: ConfigSnapshot | undefined,
): string | undefined {
  if (grant.refuses === true) return undefined;
  if (snapshot !== undefined && isConfigured(grant, snapshot)) return 'configuration';
  const { access } = grant;
  if (grant.kind !== 'access' || access === undefined) return undefined;
  const at = others.findIndex(({ grantId }) => grantId === grant.grantId);
  const cover = others.find(
    (other, index) =>
      other.grantId !== grant.grantId &&
      other.holder === grant.holder &&
      other.kind === 'access' &&
      other.refuses !== true &&
      other.access !== undefined &&
      coversAccess(other.access, access) &&
      lastsAsLong(other, grant) &&
      (index < at || !coversAccess(access, other.access)),
  );
  return cover?.grantId;
}
