import type { Facts, Grant, Judgement } from '../../protocol/index.ts';
import { allowedBy, findGrant } from './grant-answer.ts';
import type { ProposedRun, RunScope, RunStepPorts } from './proposed-run.ts';
import { findRefusal, refusedBy } from './refusals.ts';

/** What a person said before of the same counts now: a no above all, a yes where there would be a question. */
export function recallAnswer(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { facts: Facts; judgement: Judgement; isKept: boolean },
): { grant: Grant | undefined; judgement: Judgement } {
  const { judgement } = at;
  const refusal = judgement.verdict === 'refuse' ? undefined : findRefusal(ports, scope, run, at);
  const isOpen = judgement.verdict === 'ask' && refusal === undefined && !at.isKept;
  const grant = refusal ?? (isOpen ? findGrant(ports, scope, run, judgement) : undefined);
  if (grant === undefined) return { grant, judgement };
  ports.grants.use(grant.grantId);
  return { grant, judgement: refusal ? refusedBy(refusal, judgement) : allowedBy(grant, judgement) };
}
