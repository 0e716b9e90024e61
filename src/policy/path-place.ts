import type { ConfigSnapshot, Facts, PathFact } from '../protocol/index.ts';
import { classifyFact } from './judge-needs.ts';
import { rootOf } from './path-access.ts';
import { isAtOrBelow } from './path-access-join.ts';

/** Where a path lies, as a person is told. */
export type PathPlace = 'inside' | 'outside' | 'protected' | 'secret' | 'unknown';

/**
 * The place of a path. Without a wall nothing is beyond the access; then the workspace alone is inside, and secrets are
 * named although nothing hides them.
 */
export function placeOf(fact: PathFact, snapshot: ConfigSnapshot, facts: Facts): PathPlace {
  const found = classifyFact(fact, snapshot, facts);
  if (found === 'scratch' || found === 'device') return 'inside';
  if (found === 'denied') return 'secret';
  if (found === 'unreadable') return 'outside';
  if (found !== 'inside' || snapshot.sandboxMode !== 'danger-full-access' || fact.real === null) return found;
  const { real } = fact;
  if (snapshot.secretPaths.some((path) => isAtOrBelow(real, path))) return 'secret';
  return rootOf(real, snapshot) === null ? 'outside' : 'inside';
}
