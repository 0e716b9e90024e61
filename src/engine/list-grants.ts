import { findCover } from '../policy/index.ts';
import type { Grant, SessionId } from '../protocol/index.ts';
import type { GrantBook } from './approvals/index.ts';
import type { Session } from './session/index.ts';

/** The live grants, each with what makes it redundant. */
export function listGrants(
  book: Pick<GrantBook, 'list'>,
  findSession: (sessionId: SessionId) => Pick<Session, 'config'> | undefined,
): readonly Grant[] {
  const grants = book.list();
  return grants.map((grant) => {
    const session = grant.holder === 'user' ? undefined : findSession(grant.holder);
    const coveredBy = findCover(grant, grants, session?.config.inForce.snapshot);
    return coveredBy === undefined ? grant : { ...grant, coveredBy };
  });
}
