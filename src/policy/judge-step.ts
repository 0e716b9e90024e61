/**
 * Judges one step. Promises: the same step, configuration and facts give the same judgement on any machine and at any
 * time; the order is what rules forbid, what the wall lacks, what rules want asked, then what rules allow in place of risk
 * and the rest, and the strictest wins with every reason kept that speaks for its verdict; no rule allows a critical risk. Does not promise that the step does only what it is known to need: that is the
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
import { readRules, type StepRules } from './judge-rules.ts';
import { showText } from './judge-show.ts';
import { isSkillAtHome, readSkill } from './judge-skill.ts';
import { withoutWall } from './judge-wall.ts';
import { leastGrant, type MissingAccess } from './least-grant.ts';
import { assessRisk } from './risk/index.ts';
import { strictestVerdict } from './strictest-verdict.ts';
import { readWallReasons, refuseUnwalled } from './wall-reasons.ts';

/** What may be known beside the step itself. */
export interface JudgeOptions {
  /** All members of the step's pipeline in order, itself included. */
  readonly pipeline?: readonly StepDraft[];
  /** What live access grants have opened in the wall. */
  readonly access?: AccessGrant;
}

interface Stage {
  /** null: allowed by what its reasons say, whatever the policy. */
  readonly row: PolicyRow | null;
  readonly category: StepCategory;
  readonly reasons: readonly Reason[];
}

/** Everything that is known of a step before it is decided. */
interface Known {
  readonly step: StepDraft;
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
  readonly needs: StepNeeds;
  readonly rules: StepRules;
  readonly skill: Reason | null;
  readonly risk: Risk | null;
}

const THRESHOLDS: Record<AskOnRisk, number> = { medium: 3, high: 6, critical: 9, off: 11 };

/** Reasons to let a step run: a person who is asked, or refused, is not told why that would not have been needed. */
const REASSURING = new Set(['inside', 'harmless', 'rule-allow']);

function settle(stages: readonly Stage[], { snapshot, risk, skill }: Known): Judgement {
  const context = { isSkill: skill !== null };
  const decided = stages.map((stage) =>
    stage.row === null
      ? { stage, verdict: 'allow' as const, reason: undefined }
      : { stage, ...decideByPolicy(stage.row, snapshot, context) },
  );
  const verdict = strictestVerdict(decided.map((item) => item.verdict));
  const deciding = decided.find((item) => item.verdict === verdict);
  const found = stages.flatMap((stage) => stage.reasons);
  const said = verdict === 'allow' ? found : found.filter(({ code }) => !REASSURING.has(code));
  const reasons = [...said, ...(deciding?.reason ? [deciding.reason] : [])];
  return { verdict, category: deciding?.stage.category ?? 'opaque', reasons, risk };
}

/** The stages in the order of the contract: what the wall lacks, rules that ask, skills, risk, and the rest. */
function listStages(known: Known): Stage[] {
  const { needs, rules, skill, snapshot } = known;
  const stages: Stage[] = [];
  const isMissing = needs.missing.paths.length + needs.missing.hosts.length > 0;
  const beyond: PolicyRow = snapshot.sandboxMode === 'danger-full-access' ? 'protected' : 'outside';
  if (isMissing) stages.push({ row: beyond, category: 'outside', reasons: needs.reasons });
  if (rules.prompts.length > 0) stages.push({ row: 'rule-prompt', category: 'rule', reasons: rules.prompts });
  if (skill !== null && decideByPolicy('skill', snapshot).verdict !== 'allow')
    stages.push({ row: 'skill', category: 'skill', reasons: [] });
  return [...stages, ...listReplaceable(known, isMissing)];
}

/** What a rule that allows stands in place of, unless the risk is critical. */
function listReplaceable(known: Known, isMissing: boolean): Stage[] {
  const { risk, rules, snapshot } = known;
  const isCritical = risk?.level === 'critical';
  if (rules.allows.length > 0 && !isCritical) {
    return [{ row: null, category: 'rule', reasons: rules.allows }];
  }
  const riskStage = readRiskStage(risk, snapshot);
  const plain = isMissing ? [] : [readPlainStage(known)];
  return riskStage === null ? plain : [riskStage, ...plain];
}

function readRiskStage(risk: Risk | null, snapshot: ConfigSnapshot): Stage | null {
  if (risk === null || risk.score < THRESHOLDS[snapshot.askOnRisk]) return null;
  const text = `Its risk is ${risk.level}: ${risk.rationale}`;
  return { row: 'risk', category: 'risk', reasons: [{ code: 'risk', text }] };
}

function readPlainStage({ step, needs, snapshot, facts }: Known): Stage {
  if (step.form === 'opaque' && !isSkillAtHome(step, snapshot, facts)) {
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

/** What a rule that allows does not do for this step; null where it does all. */
function tellNotLifted({ needs, rules, risk, snapshot }: Known): Reason | null {
  if (rules.allows.length === 0) return null;
  const code = 'rule-not-lifted';
  if (risk?.level === 'critical')
    return { code, text: 'A rule allows this command, but does not count for what has a critical risk.' };
  const isMissing = needs.missing.paths.length + needs.missing.hosts.length > 0;
  if (!isMissing || snapshot.sandboxMode === 'danger-full-access') return null;
  return { code, text: 'A rule allows this command, but a rule opens nothing in the wall.' };
}

/** What is said of a step whatever the verdict: doubts about what runs, and rules that do not count. */
function readNotes(known: Known): Reason[] {
  const notLifted = tellNotLifted(known);
  return [
    ...doubtHeld(known.facts),
    ...known.rules.notes,
    ...(notLifted === null ? [] : [notLifted]),
    ...(known.skill === null ? [] : [known.skill]),
  ];
}

/** The verdict on a step, with reasons as sentences, its risk, and the least grant when it needs more access. */
export function judgeStep(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  options: JudgeOptions = {},
): Judgement {
  const inForce = facts.isUnwalled === true ? withoutWall(snapshot) : snapshot;
  const known: Known = {
    step,
    snapshot: inForce,
    facts,
    needs: readNeeds(step, inForce, facts, options.access),
    // Which program a rule means does not depend on the wall of this launch: what others can change is not taken.
    rules: readRules(step, snapshot, facts),
    skill: readSkill(step, inForce, facts),
    risk: assessRisk(step, inForce, facts, options),
  };
  const { needs, rules, risk } = known;
  const unwalled = refuseUnwalled(step, facts, rules.counted);
  const notes = [...readNotes(known), ...readWallReasons(snapshot, facts, rules.counted)];
  if (rules.forbidden.length + needs.refusals.length > 0 || unwalled !== null) {
    const category = needs.refusals.length > 0 && rules.forbidden.length === 0 ? 'outside' : 'rule';
    const reasons = [
      ...notes,
      ...(unwalled === null ? [] : [unwalled]),
      ...needs.refusals,
      ...rules.forbidden,
    ];
    return { verdict: 'refuse', category, reasons, risk };
  }
  const judgement = addLeastGrant(settle(listStages(known), known), needs.missing, known);
  return { ...judgement, reasons: [...notes, ...judgement.reasons] };
}

/** The judgement with the least grant, when all that is missing can be granted. */
function addLeastGrant(
  judgement: Judgement,
  missing: MissingAccess,
  { facts, snapshot }: Pick<Known, 'facts' | 'snapshot'>,
): Judgement {
  const least = leastGrant(missing, facts, snapshot);
  if (least === undefined) return judgement;
  const notes = least.notes.map((text) => ({ code: 'grant-folder', text }));
  return { ...judgement, reasons: [...judgement.reasons, ...notes], grant: least.grant };
}

/** The judgement on a program that only starts another one: it runs, and what it starts is judged in its place. */
export function judgeLauncher(program: string): Judgement {
  const text = `${showText(program)} only starts another program, and that one is judged when it starts.`;
  return { verdict: 'allow', category: 'launcher', reasons: [{ code: 'launcher', text }], risk: null };
}
