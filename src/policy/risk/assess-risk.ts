/**
 * The built-in assessment of risk: signs of destruction, of escalation and of running what was fetched. Promises: works
 * offline, runs nothing, and says of what it does not know that it was not assessed. Does not promise to see through a
 * program written to deceive: the wall bounds what is missed.
 */
import {
  type ConfigSnapshot,
  type Facts,
  type Risk,
  type RiskEvidence,
  riskLevelOf,
  type StepDraft,
} from '../../protocol/index.ts';
import { classifyPath, type PathClass } from '../path-access.ts';
import { findDestruction } from './destroys.ts';
import { findDataLoss } from './destroys-data.ts';
import { findHistoryLoss } from './destroys-history.ts';
import { findEscalation } from './escalates.ts';
import { findFetchedCode } from './fetches-and-runs.ts';
import { findCodeSigns } from './inline-code.ts';
import { isPlainWork } from './plain-programs.ts';
import { findElsewhere, makeElsewhere } from './remote-command.ts';
import { type RiskContext, readRiskContext } from './risk-context.ts';

const MAX_EVIDENCE = 16;
/** Commands handed on from machine to machine are followed this far. */
const MAX_DEPTH = 3;
const PLAIN_RATIONALE =
  'It is plain work: nothing in it is known to destroy, to gain rights or to run what was fetched.';

/** The highest row of each sentence, highest first. */
function sortEvidence(rows: readonly RiskEvidence[]): RiskEvidence[] {
  const best = new Map<string, RiskEvidence>();
  for (const row of rows) {
    const known = best.get(row.text);
    if (known === undefined || row.score > known.score) best.set(row.text, row);
  }
  return [...best.values()].sort((left, right) => right.score - left.score).slice(0, MAX_EVIDENCE);
}

const BEYOND: ReadonlySet<PathClass> = new Set(['secret', 'denied', 'unreadable', 'protected', 'outside']);

/** Plain work on a secret, protected or foreign path is not understood from its words alone. */
function reachesBeyond(context: RiskContext): boolean {
  return context.facts.paths.some((fact) => {
    if (fact.real === null) return true;
    const found = classifyPath(fact.real, context.snapshot);
    if (fact.use === 'read' || fact.use === 'execute') return found === 'secret' || found === 'denied';
    return context.name !== 'git' && BEYOND.has(found);
  });
}

/** Rights of another user make every destruction worse. */
function combine(rows: readonly RiskEvidence[]): number {
  const top = rows[0]?.score ?? 0;
  const families = new Set(rows.filter((row) => row.score >= 5).map((row) => row.family));
  return families.size > 1 && top >= 5 ? Math.min(10, top + 1) : top;
}

/**
 * The risk of a step from 0 to 10 with its evidence, or null when no sign applies and what the step does is not
 * understood. `pipeline` holds all members of its pipeline in order.
 */
export function assessRisk(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  options: { readonly pipeline?: readonly StepDraft[] } = {},
): Risk | null {
  return assess(step, { snapshot, facts }, options.pipeline, 0);
}

interface Place {
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
}

function assess(
  step: StepDraft,
  place: Place,
  pipeline: readonly StepDraft[] | undefined,
  depth: number,
): Risk | null {
  const context = readRiskContext(step, place.snapshot, place.facts, pipeline);
  const inner =
    depth < MAX_DEPTH
      ? findElsewhere(context, (other, members) =>
          assess(other, makeElsewhere(place.snapshot, place.facts), members, depth + 1),
        )
      : [];
  const evidence = sortEvidence([
    ...findDestruction(context),
    ...findHistoryLoss(context),
    ...findDataLoss(context),
    ...findEscalation(context),
    ...findFetchedCode(context),
    ...findCodeSigns(context),
    ...inner,
  ]);
  if (evidence.length === 0) {
    if (step.form === 'opaque' || !isPlainWork(context) || reachesBeyond(context)) return null;
    return { score: 1, level: 'low', rationale: PLAIN_RATIONALE, evidence: [] };
  }
  const score = combine(evidence);
  const rationale = evidence
    .slice(0, 3)
    .map((row) => row.text)
    .join(' ');
  return { score, level: riskLevelOf(score), rationale, evidence };
}
