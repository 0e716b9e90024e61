/**
 * What would have to change for another verdict. Promises: each was found by judging the same step, with the same facts,
 * under the configuration with that one change. Does not promise to know every way: two changes together are not tried.
 */
import type {
  ApprovalPolicy,
  AskOnRisk,
  ConfigSnapshot,
  Facts,
  Judgement,
  PrefixRule,
  StepDraft,
  Verdict,
} from '../protocol/index.ts';
import { readRules } from './judge-rules.ts';
import { showText } from './judge-show.ts';
import { type JudgeOptions, judgeStep } from './judge-step.ts';
import { wallRulesOf } from './judge-wall.ts';
import { formatHostPort } from './normal-host.ts';
import { placeOfRule, showPattern } from './rule-sentence.ts';

/** A change that gives another verdict. */
export interface Alternative {
  /** Completes the sentence “It would be asked about …”. */
  readonly change: string;
  readonly verdict: Verdict;
}

interface Variation {
  readonly change: string;
  readonly snapshot?: ConfigSnapshot;
  readonly facts?: Facts;
  readonly options?: JudgeOptions;
}

interface Varied {
  readonly step: StepDraft;
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
  readonly options: JudgeOptions;
  readonly judgement: Judgement;
}

const MOST_RULES = 8;
const RISK_LEVELS: readonly AskOnRisk[] = ['medium', 'high', 'critical', 'off'];

function varyPolicy({ snapshot }: Varied): Variation[] {
  const { approvalPolicy } = snapshot;
  const words: readonly ApprovalPolicy[] = ['untrusted', 'on-request', 'never'];
  const others = words
    .filter((policy) => policy !== approvalPolicy)
    .map((policy) => ({
      change: `with approval_policy = "${String(policy)}"`,
      snapshot: { ...snapshot, approvalPolicy: policy },
    }));
  if (typeof approvalPolicy === 'string') return others;
  const { granular } = approvalPolicy;
  const keys = Object.keys(granular).filter((key): key is keyof typeof granular => key in granular);
  const flips = keys.map((key) => ({
    change: `with granular ${key} = ${!granular[key]}`,
    snapshot: { ...snapshot, approvalPolicy: { granular: { ...granular, [key]: !granular[key] } } },
  }));
  return [...flips, ...others];
}

/** The same session in another mode; a permission profile stands in place of a mode, and goes with it. */
function varyMode({ snapshot }: Varied): Variation[] {
  const { sandboxMode, workspace, writableRoots } = snapshot;
  const plain = { ...snapshot, profile: null };
  const roots = writableRoots.length === 0 ? [workspace] : writableRoots;
  const modes: readonly ConfigSnapshot[] = [
    { ...plain, sandboxMode: 'read-only', writableRoots: [], networkAccess: false },
    {
      ...plain,
      sandboxMode: 'workspace-write',
      writableRoots: roots,
      networkAccess: sandboxMode === 'workspace-write' && snapshot.networkAccess,
    },
    { ...plain, sandboxMode: 'danger-full-access', writableRoots: roots, networkAccess: true },
  ];
  return modes
    .filter((other) => other.sandboxMode !== sandboxMode)
    .map((other) => ({ change: `with sandbox_mode = "${other.sandboxMode}"`, snapshot: other }));
}

function varyRules({ step, snapshot, facts }: Varied): Variation[] {
  const { rules } = snapshot;
  const without = (rule: PrefixRule): Variation => ({
    change: `without the rule at ${placeOfRule(rule.origin)}`,
    snapshot: { ...snapshot, rules: { ...rules, prefix: rules.prefix.filter((other) => other !== rule) } },
  });
  const { counted } = readRules(step, snapshot, facts);
  return [...counted.slice(0, MOST_RULES).map(without), ...addRules(step, snapshot)];
}

/** Without the wall: what holds behind it, once no rule lets it leave. */
function varyWall({ step, snapshot, facts }: Varied): Variation[] {
  const { rules } = snapshot;
  const [rule, ...others] = wallRulesOf(step, snapshot, facts);
  const forbidding = addRules(step, snapshot).filter(({ change }) => change.includes(' forbids '));
  if (rule === undefined || others.length > 0) return forbidding;
  const { isUnwalled: _gone, ...walled } = facts;
  const prefix = rules.prefix.filter((other) => other !== rule);
  const change = `without the rule at ${placeOfRule(rule.origin)}`;
  return [{ change, snapshot: { ...snapshot, rules: { ...rules, prefix } }, facts: walled }, ...forbidding];
}

/** A rule of the user for exactly these words, in each direction. */
function addRules(step: StepDraft, snapshot: ConfigSnapshot): Variation[] {
  const { argv } = step;
  if (argv === undefined || argv.length === 0) return [];
  const { rules } = snapshot;
  const origin = { layer: 'user', file: 'rules', line: 1, column: 1 } as const;
  return (['allow', 'forbidden'] as const).map((decision) => {
    const rule: PrefixRule = { pattern: [...argv], decision, origin };
    const verb = decision === 'allow' ? 'allows' : 'forbids';
    return {
      change: `with a rule that ${verb} ${showPattern(rule)}`,
      snapshot: { ...snapshot, rules: { ...rules, prefix: [...rules.prefix, rule] } },
    };
  });
}

function varyRisk({ snapshot, judgement }: Varied): Variation[] {
  if (judgement.risk === null) return [];
  return RISK_LEVELS.filter((level) => level !== snapshot.askOnRisk).map((askOnRisk) => ({
    change: `with ask_on_risk = "${askOnRisk}"`,
    snapshot: { ...snapshot, askOnRisk },
  }));
}

/** All that it lacks opened, as a yes for a session would. */
function varyAccess({ judgement, options }: Varied): Variation[] {
  const { grant } = judgement;
  if (grant === undefined) return [];
  const open = options.access ?? { read: [], write: [], hosts: [], sockets: [] };
  const access = {
    read: [...open.read, ...grant.read],
    write: [...open.write, ...grant.write],
    hosts: [...open.hosts, ...grant.hosts],
    sockets: [...open.sockets, ...grant.sockets],
  };
  const parts = [
    ...grant.write.map((path) => `writing ${showText(path, 300)}`),
    ...grant.read.map((path) => `reading ${showText(path, 300)}`),
    ...grant.hosts.map(({ host, port }) => (port === undefined ? host : formatHostPort(host, port))),
    ...grant.sockets,
  ];
  return [{ change: `with ${parts.join(', ')} granted`, options: { ...options, access } }];
}

function varyNetwork({ judgement, snapshot }: Varied): Variation[] {
  const denied = judgement.reasons.some(({ code }) => code === 'denied-host');
  const managed = snapshot.managedDeny?.hosts.map(({ text }) => text) ?? [];
  // Where the machine denies hosts, its network cannot simply be on: only the proxy tells hosts apart.
  const isOn =
    managed.length > 0
      ? []
      : [{ change: 'with network_access = true', snapshot: { ...snapshot, networkAccess: true } }];
  if (denied) {
    const network = { ...snapshot.network, deny: managed };
    const change = managed.length > 0 ? 'without the denied hosts of your own' : 'without any denied host';
    return [...isOn, { change, snapshot: { ...snapshot, network } }];
  }
  return judgement.reasons.some(({ code }) => code === 'host') ? isOn : [];
}

function varySecrets({ judgement, snapshot }: Varied): Variation[] {
  return judgement.reasons.some(({ code }) => code === 'secret-path')
    ? [{ change: 'with protect_secrets = false', snapshot: { ...snapshot, protectSecrets: false } }]
    : [];
}

/** False for what the requirements of this machine rule out: nobody can choose it. */
function isLeft(other: ConfigSnapshot, { managedDeny, managedChoices: left }: ConfigSnapshot): boolean {
  const { approvalPolicy, sandboxMode } = other;
  const policy = typeof approvalPolicy === 'string' ? approvalPolicy : 'granular';
  // What the machine denies needs a wall.
  if (sandboxMode === 'danger-full-access' && managedDeny !== undefined) return false;
  return (
    left?.sandboxModes?.includes(sandboxMode) !== false &&
    left?.approvalPolicies?.includes(policy) !== false &&
    left?.askOnRisk?.includes(other.askOnRisk) !== false &&
    (sandboxMode === 'danger-full-access' || left?.networkAccess?.includes(other.networkAccess) !== false) &&
    left?.protectSecrets?.includes(other.protectSecrets) !== false
  );
}

/** Every single change that was tried and gives another verdict, those that let it run first. */
export function findAlternatives(varied: Varied): Alternative[] {
  const { step, snapshot, facts, options, judgement } = varied;
  const walled = [varyAccess, varyRules, varyNetwork, varySecrets, varyRisk, varyPolicy, varyMode];
  const ways = facts.isUnwalled === true ? [varyWall] : walled;
  const variations = ways
    .flatMap((vary) => vary(varied))
    .filter(({ snapshot: other }) => other === undefined || isLeft(other, snapshot));
  const found = variations
    .map((variation) => {
      const { snapshot: other = snapshot, facts: others = facts } = variation;
      const judged = judgeStep(step, other, others, variation.options ?? options);
      return { change: variation.change, verdict: judged.verdict };
    })
    .filter(({ verdict }) => verdict !== judgement.verdict);
  const order: readonly Verdict[] = ['allow', 'ask', 'refuse'];
  return found.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}
