import type { Event, EventOf, Grant, GrantId } from '../protocol/index.ts';

/** A grant in force, and how often it has answered a question. */
export interface LiveGrant {
  readonly grant: Grant;
  readonly addedAt: number;
  readonly uses: number;
  readonly lastUsedAt: number | undefined;
}

/** The grants in force, over all sessions whose events were folded. */
export interface LiveGrants {
  /** In the order they were given. */
  readonly live: readonly LiveGrant[];
}

export const NO_GRANTS: LiveGrants = { live: [] };

function keep(grants: LiveGrants, isKept: (entry: LiveGrant) => boolean): LiveGrants {
  const live = grants.live.filter(isKept);
  return live.length === grants.live.length ? grants : { live };
}

function countUse(grants: LiveGrants, event: EventOf<'step/judged'>): LiveGrants {
  const { grantId } = event;
  if (grantId === undefined || event.verdict !== 'allow' || event.runId === undefined) return grants;
  if (!grants.live.some((entry) => entry.grant.grantId === grantId)) return grants;
  const live = grants.live.map((entry) =>
    entry.grant.grantId === grantId ? { ...entry, uses: entry.uses + 1, lastUsedAt: event.at } : entry,
  );
  return { live };
}

function removeById(grants: LiveGrants, grantId: GrantId): LiveGrants {
  return keep(grants, (entry) => entry.grant.grantId !== grantId);
}

/**
 * The grants after one more event; the same object when none changed. Uses are runs that were judged by it. A grant
 * of a session ends with the session at the latest; expiry is an event (`grant/ended`), never a guess from a clock.
 */
export function foldGrants(grants: LiveGrants, event: Event): LiveGrants {
  switch (event.type) {
    case 'grant/added': {
      const { grant } = event;
      const { uses, lastUsedAt } = grant;
      const others = removeById(grants, grant.grantId).live;
      return { live: [...others, { grant, addedAt: event.at, uses, lastUsedAt }] };
    }
    case 'grant/ended':
      return removeById(grants, event.grantId);
    case 'step/judged':
      return countUse(grants, event);
    case 'session/closed':
    case 'session/lost':
      return keep(grants, (entry) => entry.grant.holder !== event.sessionId);
    default:
      return grants;
  }
}
