/**
 * Held calls on what a grant covers and yet keeps as it is: protected names, secrets, the inside of a `.git`.
 *
 * Promises: no grant of a folder answers for what it does not open; where a yes would change nothing, the call is refused
 * instead of asked. Without it such a call failed while the history said that it was allowed.
 */
import { isAtOrBelow } from '../../policy/index.ts';
import type { Facts, Judgement } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';

type KeepsClosed = (path: string) => boolean;

/** The real paths of a call that a live grant covers and keeps closed. */
export function keptPaths(facts: Facts, keepsClosed: KeepsClosed): string[] {
  return facts.paths.flatMap(({ real }) => (real !== null && keepsClosed(real) ? [real] : []));
}

/** The judgement on a call with kept paths; refused when what a yes would open is open already. */
export function judgeKept(fresh: Judgement, kept: readonly string[], keepsClosed: KeepsClosed): Judgement {
  const { grant, verdict } = fresh;
  if (verdict !== 'ask' || grant === undefined) return fresh;
  const opens = grant.write.filter(keepsClosed);
  const useless = kept.find((path) => !opens.some((folder) => isAtOrBelow(path, folder)));
  if (useless === undefined) return fresh;
  const text = `${showLine(useless, 300)} stays as it is: it is protected in a folder that was opened, and a yes to that folder again would not change it.`;
  const { grant: _, ...rest } = fresh;
  return { ...rest, verdict: 'refuse', reasons: [...fresh.reasons, { code: 'kept-path', text }] };
}
