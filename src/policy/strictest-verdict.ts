import type { Verdict } from '../protocol/index.ts';

const STRICTNESS: Record<Verdict, number> = { allow: 0, ask: 1, refuse: 2 };

/** The strictest of several verdicts; `allow` when there are none. */
export function strictestVerdict(verdicts: Iterable<Verdict>): Verdict {
  let strictest: Verdict = 'allow';
  for (const verdict of verdicts) if (STRICTNESS[verdict] > STRICTNESS[strictest]) strictest = verdict;
  return strictest;
}
