/** What nothing inside the wall can put other content at. */
import { classifyPath, isAtOrBelow } from '../../policy/index.ts';
import type { ConfigSnapshot } from '../../protocol/index.ts';
import { findWay } from './path-way.ts';

/** What programs of a session can write. */
export interface SessionReach {
  readonly snapshot: ConfigSnapshot;
  /** What live grants let programs inside write. */
  readonly granted: readonly string[];
}

/** True for what something inside the wall can put other content at. */
export function isChangeable(path: string, { snapshot, granted }: SessionReach): boolean {
  const found = classifyPath(path, snapshot);
  const isOpen = found === 'inside' || found === 'scratch' || found === 'protected' || found === 'device';
  return isOpen || granted.some((open) => isAtOrBelow(path, open));
}

/** What an absolute path leads to, where neither that nor the way to it can be changed from inside; else null. */
export async function findSafe(path: string, reach: SessionReach): Promise<string | null> {
  const way = await findWay(path);
  if (way === null) return null;
  return [way.real, ...way.folders].some((each) => isChangeable(each, reach)) ? null : way.real;
}
