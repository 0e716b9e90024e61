/** What of the configuration led to a judgement: rules, entries of lists, keys, and what is built in. */
import type { ConfigOrigin, ConfigSnapshot, Facts, Judgement, StepDraft } from '../protocol/index.ts';
import { classifyFact, missingReason } from './judge-needs.ts';
import { readRules } from './judge-rules.ts';
import { showText } from './judge-show.ts';
import { rootOf } from './path-access.ts';
import { isAtOrBelow } from './path-access-join.ts';
import { decidePath } from './profile/index.ts';
import { placeOfRule } from './rule-sentence.ts';

/** Something that had a part in the verdict. */
export interface ExplainedCause {
  readonly kind: 'rule' | 'profile-entry' | 'key' | 'built-in';
  /** A sentence. */
  readonly text: string;
  /** The key of the configuration, for `key`. */
  readonly key?: string;
  /** `file:line`, the flag as typed, or the layer. */
  readonly place?: string;
  readonly origin?: ConfigOrigin;
}

export type KeyOrigins = Readonly<Record<string, ConfigOrigin>>;

/** Where a value comes from, in one line. */
export function showConfigOrigin({ layer, file, line, flag }: ConfigOrigin): string {
  if (flag !== undefined) return showText(flag, 300);
  if (file === undefined) return layer;
  return `${showText(file, 300)}${line === undefined ? '' : `:${line}`}`;
}

interface Explained {
  readonly step: StepDraft;
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
  readonly judgement: Judgement;
  readonly origins: KeyOrigins;
}

/** Of the key, or of the table that holds it, which is set as a whole. */
function originOf(key: string, origins: KeyOrigins): ConfigOrigin | undefined {
  for (let name = key; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.'))))
    if (Object.hasOwn(origins, name)) return origins[name];
  return undefined;
}

function nameKey(key: string, value: string, origins: KeyOrigins): ExplainedCause {
  const origin = originOf(key, origins);
  return {
    kind: 'key',
    key,
    text: `${key} is ${showText(value, 300)}.`,
    ...(origin !== undefined && { origin, place: showConfigOrigin(origin) }),
  };
}

function explainRules({ step, snapshot, facts }: Explained): ExplainedCause[] {
  const { forbidden, prompts, allows, notes, counted, uncounted } = readRules(step, snapshot, facts);
  const texts = [...forbidden, ...prompts, ...allows, ...notes].map(({ text }) => text);
  return [...counted, ...uncounted].map((rule) => {
    const place = placeOfRule(rule.origin);
    const text = texts.find((each) => each.includes(` at ${place} `)) ?? `The rule at ${place} matches.`;
    const { layer, file, line, column } = rule.origin;
    return { kind: 'rule', text, place, origin: { layer, file, line, column } };
  });
}

function explainPath(fact: Facts['paths'][number], explained: Explained): ExplainedCause[] {
  const { snapshot, origins } = explained;
  const { real } = fact;
  if (real === null || explained.facts.isUnwalled === true) return [];
  if (snapshot.sandboxMode === 'danger-full-access') return [];
  const shown = showText(real, 300);
  const { profile, ignored, protectSecrets, secretPaths } = snapshot;
  const decision = decidePath(real, { profile, ignored, secretPaths: protectSecrets ? secretPaths : [] });
  switch (decision.kind) {
    case 'secret':
      return [
        {
          kind: 'built-in',
          text: `${shown} is in the list of secrets of this machine (${showText(decision.path)}).`,
        },
        nameKey('protect_secrets', 'true', origins),
      ];
    case 'ignored':
      return [{ kind: 'profile-entry', text: `Line ${decision.line} of .sallyportignore hides ${shown}.` }];
    case 'deny-glob':
      return [
        {
          kind: 'profile-entry',
          text: `The profile denies ${showText(decision.glob)}, which ${shown} fits.`,
        },
      ];
    case 'unlisted':
      return [{ kind: 'profile-entry', text: `No entry of the profile speaks of ${shown}.` }];
    case 'open':
      return explainOpenPath(fact, real, explained);
    default: {
      const { path, access, origin } = decision.by;
      const text = `The entry ${access} = ${showText(path)} of the profile decides about ${shown}.`;
      return [
        {
          kind: 'profile-entry',
          text,
          ...(origin !== undefined && { origin, place: showConfigOrigin(origin) }),
        },
      ];
    }
  }
}

/** A path that no list of a profile speaks of: protected, or below a root that was added. */
function explainOpenPath(
  fact: Facts['paths'][number],
  real: string,
  { snapshot, facts, judgement, origins }: Explained,
): ExplainedCause[] {
  const missing = missingReason(fact, snapshot, facts);
  const isBeyond = missing !== null && judgement.reasons.some(({ text }) => text === missing.text);
  if (isBeyond && classifyFact(fact, snapshot, facts) === 'protected') {
    const listed = snapshot.protectedPaths.find((path) => isAtOrBelow(real, path));
    if (listed !== undefined) return [nameKey('protected_paths', listed, origins)];
    const names = showText(snapshot.protectedNames.join(', '));
    return [{ kind: 'built-in', text: `${showText(real, 300)} has a protected name (${names}).` }];
  }
  const root = rootOf(real, snapshot);
  if (root === null || root === snapshot.workspace) return [];
  const opener = Object.hasOwn(origins, root) ? origins[root] : undefined;
  if (opener !== undefined) {
    const place = showConfigOrigin(opener);
    return [
      { kind: 'key', text: `The folder ${showText(root, 300)} may be written.`, origin: opener, place },
    ];
  }
  return [nameKey('sandbox_workspace_write.writable_roots', `a list with ${root}`, origins)];
}

function explainNetwork({ judgement, snapshot, origins }: Explained): ExplainedCause[] {
  const isAbout = judgement.reasons.some(({ code }) => /^(?:host|denied-host|unnamed-hosts)$/.test(code));
  if (!isAbout || snapshot.networkAccess) return [];
  const { allow, deny } = snapshot.network;
  const managed = snapshot.managedDeny?.hosts ?? [];
  const own = deny.filter((entry) => managed.every(({ text }) => text !== entry));
  const lists = [
    ...(allow.length === 0 ? [] : [nameKey('permission_profile.network.allow', allow.join(', '), origins)]),
    ...(own.length === 0 ? [] : [nameKey('permission_profile.network.deny', own.join(', '), origins)]),
    ...managed.map(({ text, origin }) =>
      nameKey('permission_profile.network.deny', text, { 'permission_profile.network.deny': origin }),
    ),
  ];
  return [nameKey('sandbox_workspace_write.network_access', 'false', origins), ...lists];
}

function showPolicy({ approvalPolicy }: ConfigSnapshot): string {
  if (typeof approvalPolicy === 'string') return approvalPolicy;
  const switches = Object.entries(approvalPolicy.granular).map(([key, isOn]) => `${key} = ${isOn}`);
  return `granular (${switches.join(', ')})`;
}

/** Everything that led to the judgement, the rules first, each cause once. */
export function explainCauses(explained: Explained): ExplainedCause[] {
  const { snapshot, facts, judgement, origins } = explained;
  const isByRule = judgement.reasons.some(({ code }) => code === 'rule-forbidden' || code === 'rule-allow');
  const isRisk = judgement.reasons.some(({ code }) => code === 'risk');
  const causes = [
    ...explainRules(explained),
    ...facts.paths.flatMap((fact) => explainPath(fact, explained)),
    ...explainNetwork(explained),
    ...(isRisk ? [nameKey('ask_on_risk', snapshot.askOnRisk, origins)] : []),
    nameKey('sandbox_mode', snapshot.sandboxMode, origins),
    ...(isByRule ? [] : [nameKey('approval_policy', showPolicy(snapshot), origins)]),
  ];
  const seen = new Set<string>();
  return causes.filter(({ text, place }) => {
    const key = `${place} ${text}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
