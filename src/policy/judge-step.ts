/**
 * Judges one step. Promises: the same step, configuration and facts give the same judgement on any machine and at any
 * time; the order is what the wall lacks, then risk, then the rest, and the strictest of a stage wins with every reason
 * kept that speaks for its verdict. Does not promise that the step does only what it is known to need: that is the
 * wall's part. What went wrong without it: a prompt per command, or none.
 */
import type {
  AccessGrant,
  AskOnRisk,
  ConfigSnapshot,
  Facts,
  Judgement,
  Reason,
  Risk,
  StepCategory,
  StepDraft,
} from '../protocol/index.ts';
import { doubtHeld } from './doubt-held.ts';
import { isHarmless } from './is-harmless.ts';
import { doubtHarmless } from './judge-harmless.ts';
import { readNeeds, type StepNeeds } from './judge-needs.ts';
import { decideByPolicy, type PolicyRow } from './judge-policy.ts';
import { showText } from './judge-show.ts';
import { leastGrant, type MissingAccess } from './least-grant.ts';
import { assessRisk } from './risk/index.ts';
import { strictestVerdict } from './strictest-verdict.ts';

/** What may be known beside the step itself. */
export interface JudgeOptions {
  /** All members of the step's pipeline in order, itself included. */
  readonly pipeline?: readonly StepDraft[];
  /** What live access grants have opened in the wall. */
  readonly access?: AccessGrant;
}

interface Stage {
  readonly row: PolicyRow;
  readonly category: StepCategory;
  readonly reasons: readonly Reason[];
}

const THRESHOLDS: Record<AskOnRisk, number> = { medium: 3, high: 6, critical: 9, off: 11 };

/** Reasons to let a step run: a person who is asked, or refused, is not told why that would not have been needed. */
const REASSURING = new Set(['inside', 'harmless']);

function settle(stages: readonly Stage[], snapshot: ConfigSnapshot, risk: Risk | null): Judgement {
  const decided = stages.map((stage) => ({ stage, ...decideByPolicy(stage.row, snapshot) }));
  const verdict = strictestVerdict(decided.map((item) => item.verdict));
  const deciding = decided.find((item) => item.verdict === verdict);
  const found = stages.flatMap((stage) => stage.reasons);
  const said = verdict === 'allow' ? found : found.filter(({ code }) => !REASSURING.has(code));
  const reasons = [...said, ...(deciding ? [deciding.reason] : [])];
  return { verdict, category: deciding?.stage.category ?? 'opaque', reasons, risk };
}

function judgeMissing(
  needs: StepNeeds,
  snapshot: ConfigSnapshot,
  facts: Facts,
  risk: Risk | null,
): Judgement {
  const row: PolicyRow = snapshot.sandboxMode === 'danger-full-access' ? 'protected' : 'outside';
  const riskStage = readRiskStage(risk, snapshot);
  const stages: Stage[] = [{ row, category: 'outside', reasons: needs.reasons }];
  if (riskStage !== null) stages.push(riskStage);
  return addLeastGrant(settle(stages, snapshot, risk), needs.missing, facts);
}

function readRiskStage(risk: Risk | null, snapshot: ConfigSnapshot): Stage | null {
  if (risk === null || risk.score < THRESHOLDS[snapshot.askOnRisk]) return null;
  const text = `Its risk is ${risk.level}: ${risk.rationale}`;
  return { row: 'risk', category: 'risk', reasons: [{ code: 'risk', text }] };
}

function readPlainStage(step: StepDraft, needs: StepNeeds, snapshot: ConfigSnapshot, facts: Facts): Stage {
  if (step.form === 'opaque') {
    const why = showText(step.opaque ?? 'its text is not understood', 300);
    return {
      row: 'opaque',
      category: 'opaque',
      reasons: [{ code: 'opaque', text: `It cannot be understood before it runs: ${why}.` }],
    };
  }
  const seemsHarmless = isHarmless(step);
  const doubt = seemsHarmless && !needs.isUncertain ? doubtHarmless(step, snapshot, facts) : null;
  if (seemsHarmless && doubt === null && !needs.isUncertain) {
    return {
      row: 'harmless',
      category: 'harmless',
      reasons: [{ code: 'harmless', text: 'It is known to read only.' }],
    };
  }
  const place =
    snapshot.sandboxMode === 'danger-full-access'
      ? 'This session has no wall, and nothing that it is known to touch is protected.'
      : `All that it is known to need lies within the access of this session in ${showText(snapshot.workspace)}.`;
  const reasons = [{ code: 'inside', text: place }, ...needs.notes, ...(doubt === null ? [] : [doubt])];
  return { row: 'inside', category: 'inside', reasons };
}

/** The verdict on a step, with reasons as sentences, its risk, and the least grant when it needs more access. */
export function judgeStep(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  options: JudgeOptions = {},
): Judgement {
  const risk = assessRisk(step, snapshot, facts, options);
  const needs = readNeeds(step, snapshot, facts, options.access);
  if (needs.refusals.length > 0)
    return { verdict: 'refuse', category: 'outside', reasons: [...needs.refusals], risk };
  const judgement =
    needs.missing.paths.length + needs.missing.hosts.length > 0
      ? judgeMissing(needs, snapshot, facts, risk)
      : judgePlain(step, { snapshot, facts, needs, risk });
  return { ...judgement, reasons: [...doubtHeld(facts), ...judgement.reasons] };
}

function judgePlain(
  step: StepDraft,
  {
    snapshot,
    facts,
    needs,
    risk,
  }: { snapshot: ConfigSnapshot; facts: Facts; needs: StepNeeds; risk: Risk | null },
): Judgement {
  const riskStage = readRiskStage(risk, snapshot);
  const plain = readPlainStage(step, needs, snapshot, facts);
  return settle(riskStage === null ? [plain] : [riskStage, plain], snapshot, risk);
}

/** The judgement with the least grant, when all that is missing can be granted. */
function addLeastGrant(judgement: Judgement, missing: MissingAccess, facts: Facts): Judgement {
  const least = leastGrant(missing, facts);
  if (least === undefined) return judgement;
  const notes = least.notes.map((text) => ({ code: 'grant-folder', text }));
  return { ...judgement, reasons: [...judgement.reasons, ...notes], grant: least.grant };
}

/** The judgement on a program that only starts another one: it runs, and what it starts is judged in its place. */
export function judgeLauncher(program: string): Judgement {
  const text = `${showText(program)} only starts another program, and that one is judged when it starts.`;
  return { verdict: 'allow', category: 'launcher', reasons: [{ code: 'launcher', text }], risk: null };
}
