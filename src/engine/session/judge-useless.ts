import type { ConfigSnapshot, Facts, Judgement } from '../../protocol/index.ts';
import { judgeKept } from './judge-kept.ts';
import { judgeReplaced } from './judge-replaced.ts';
import type { ProposedRun, RunStepPorts } from './proposed-run.ts';

/** The judgement of a run; a refusal where a yes would be in vain. `kept`: what live grants cover and keep closed of it. */
export function judgeUseless(
  { keepsClosed }: Pick<RunStepPorts, 'keepsClosed'>,
  snapshot: ConfigSnapshot,
  run: ProposedRun,
  { facts, kept }: { readonly facts: Facts; readonly kept: readonly string[] },
): Judgement {
  const { argv, isCall } = run;
  const judged = judgeKept(run.judge(facts, snapshot), kept, keepsClosed);
  // Proposed edits are made by us, and no mount is in their way.
  if (run.files !== undefined) return judged;
  return judgeReplaced(judged, facts, { argv, isCall, snapshot, keepsClosed });
}
