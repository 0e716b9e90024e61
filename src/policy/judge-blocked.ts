/**
 * Judges a call of a running step that the wall has stopped and that is held. Promises: the least access that would let
 * this one call go on, or none when that cannot be told; sentences that say what a yes opens beyond the call. Does not
 * decide which calls are held, nor which are passed over in silence: that is quiet-writes.ts.
 */
import type { AccessGrant, ConfigSnapshot, Facts, Judgement, PathFact, Reason } from '../protocol/index.ts';
import { missingReason } from './judge-needs.ts';
import { decideByPolicy } from './judge-policy.ts';
import { showText } from './judge-show.ts';
import { leastGrant } from './least-grant.ts';
import { refuseManagedPath } from './managed-deny.ts';
import { isAtOrBelow } from './path-access-join.ts';
import { warnOfSocket } from './socket-warnings.ts';

function decide(reasons: readonly Reason[], snapshot: ConfigSnapshot): Judgement {
  const { verdict, reason } = decideByPolicy('blocked', snapshot);
  return { verdict, category: 'blocked', reasons: [...reasons, reason], risk: null };
}

function refuseBlocked(reasons: readonly Reason[]): Judgement {
  return { verdict: 'refuse', category: 'blocked', reasons: [...reasons], risk: null };
}

/** What lies below another path of the list is opened with it, and as one mount. */
function dropNested(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isAtOrBelow(path, other)));
}

const TWO_FOLDERS: Reason = {
  code: 'grant-two-folders',
  text: 'A yes opens two folders, each by itself: between them a move is a copy, which `mv` makes and some programs do not.',
};

/**
 * The verdict on a change of files. `paths` are the real paths of the call; what `facts` hold of them decides how narrow
 * the grant can be, and a path that is not whole gets none.
 */
export function judgeBlocked(paths: readonly string[], snapshot: ConfigSnapshot, facts: Facts): Judgement {
  const found = paths.map((path): PathFact => {
    const known = facts.isTruncated ? undefined : facts.paths.find((fact) => fact.real === path);
    return known ?? { text: path, use: 'write', real: null, kind: 'unknown' };
  });
  const why = found.map(
    (fact, index) =>
      missingReason(fact, snapshot, facts) ?? {
        code: 'blocked-path',
        text: `The wall stopped it from using ${showText(paths[index] ?? '')}.`,
      },
  );
  const closed = paths.flatMap(
    (path) => refuseManagedPath(`It uses ${showText(path)}`, [path], snapshot) ?? [],
  );
  if (closed.length > 0) return refuseBlocked(closed);
  const judgement = decide(why, snapshot);
  const least = leastGrant({ paths: found, hosts: [] }, facts);
  if (least === undefined) return judgement;
  const write = dropNested(least.grant.write);
  const notes = least.notes.map((text) => ({ code: 'grant-folder', text }));
  const apart = write.length > 1 ? [TWO_FOLDERS] : [];
  const reasons = [...judgement.reasons, ...notes, ...apart];
  return { ...judgement, reasons, grant: { ...least.grant, write } };
}

/** The verdict on a connection to a unix socket of the host; a yes opens that one socket. */
export function judgeBlockedSocket(path: string, snapshot: ConfigSnapshot): Judgement {
  const closed = refuseManagedPath(`It connects to ${showText(path)}`, [path], snapshot);
  if (closed !== null) return refuseBlocked([closed]);
  const grant: AccessGrant = { read: [], write: [], hosts: [], sockets: [path] };
  const place = {
    code: 'host-socket',
    text: `It connects to the socket ${showText(path)}, behind which a program of this machine listens, outside the sandbox.`,
  };
  const warning = { code: 'socket-warning', text: warnOfSocket(path) };
  return { ...decide([place, warning], snapshot), grant };
}
