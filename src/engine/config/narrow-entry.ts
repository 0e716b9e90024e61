/**
 * What of a project's file, or of the administrator's, takes effect on a key: only what narrows. Promises: every key has
 * a rule; one without would be ignored. Does not promise that keys together narrow: `compareSnapshots` looks at the
 * whole. Without it a project could open to its own scripts what its user has closed.
 */
import {
  parseCount,
  parseDurationMs,
  parseMemoryBytes,
  parseOpenFiles,
  parseSizeBytes,
} from '../base/index.ts';
import { isTable } from './check-value.ts';
import type { ConfigEntry } from './collect-entries.ts';
import { originBelow, withParts } from './config-origins.ts';
import { readPart } from './merge-layers.ts';
import {
  added,
  atMost,
  common,
  free,
  type NarrowedValue,
  type NarrowRule,
  ordered,
  policyRule,
  same,
  type WideningPart,
} from './narrow-value.ts';
import type { TomlPath } from './read-toml.ts';

/** An entry, or a part of one, that has no effect. */
export interface IgnoredEntry extends ConfigEntry {
  /** The end of the sentence "KEY is ignored: ". */
  readonly why: string;
}

export interface NarrowedEntry {
  /** Absent: nothing of it takes effect. */
  readonly entry?: ConfigEntry;
  readonly ignored: readonly IgnoredEntry[];
}

const OWN = same('it counts in your own configuration file only');
const STAYS = same('a project has no say in it');
const CLOSES_WHEN_TRUE = ordered([true, false]);
const CLOSES_WHEN_FALSE = ordered([false, true]);

/** A leaf of a section that may be absent. */
function unlessAbsent(rule: NarrowRule): NarrowRule {
  return (value, base) => (base === undefined ? { value, wider: [] } : rule(value, base));
}

/** Leaves of a section by their path; others have no effect. */
function sectionRule(rules: Readonly<Record<string, NarrowRule>>): NarrowRule {
  const narrow = (value: unknown, base: unknown, path: readonly string[]): NarrowedValue => {
    const rule = Object.hasOwn(rules, path.join('.')) ? rules[path.join('.')] : undefined;
    if (rule !== undefined) return rule(value, base);
    if (!isTable(value)) return STAYS(value, base);
    const kept = new Map<string, unknown>();
    const wider: WideningPart[] = [];
    for (const [name, item] of Object.entries(value)) {
      const result = narrow(item, readPart(base, [name]), [...path, name]);
      if (result.value !== undefined) kept.set(name, result.value);
      wider.push(...result.wider.map((part) => ({ ...part, below: [name, ...part.below] })));
    }
    return { ...(kept.size > 0 && { value: Object.fromEntries(kept) }), wider };
  };
  return (value, base) => narrow(value, base, []);
}

/** To open files a profile must say so as a whole: `compareSnapshots` sees what comes of it. */
const PROFILE_RULE = sectionRule({
  'filesystem.read': unlessAbsent(STAYS),
  'filesystem.write': unlessAbsent(common),
  'filesystem.deny': added,
  'network.allow': common,
  'network.deny': added,
});

const serversRule: NarrowRule = (value) => {
  const kept = new Map<string, unknown>();
  const wider: WideningPart[] = [];
  for (const [name, server] of isTable(value) ? Object.entries(value) : []) {
    const hint = readPart(server, ['trust_hints']);
    if (hint === false) kept.set(name, { trust_hints: false });
    if (hint === true) wider.push({ below: [name, 'trust_hints'], why: 'only you can believe a server' });
  }
  return { ...(kept.size > 0 && { value: Object.fromEntries(kept) }), wider };
};

const RULES: Readonly<Record<string, NarrowRule>> = {
  sandbox_mode: ordered(['read-only', 'workspace-write', 'danger-full-access']),
  approval_policy: policyRule,
  ask_on_risk: ordered(['medium', 'high', 'critical', 'off']),
  approvals_reviewer: ordered(['user', 'guardian_subagent']),
  approval_expiry: atMost((value) => parseDurationMs(String(value))),
  shell: STAYS,
  exec_gate: CLOSES_WHEN_TRUE,
  tmp: ordered(['private', 'shared']),
  tmp_size: atMost(parseSizeBytes),
  protect_secrets: CLOSES_WHEN_TRUE,
  protected_paths: added,
  'sandbox_workspace_write.writable_roots': common,
  'sandbox_workspace_write.network_access': CLOSES_WHEN_FALSE,
  'sandbox_workspace_write.exclude_tmpdir_env_var': CLOSES_WHEN_TRUE,
  'sandbox_workspace_write.exclude_slash_tmp': CLOSES_WHEN_TRUE,
  'shell_environment_policy.include': common,
  'shell_environment_policy.exclude': added,
  'shell_environment_policy.set': STAYS,
  permission_profile: PROFILE_RULE,
  permission_profiles: OWN,
  permissions: OWN,
  // What it comes to is compared as a whole.
  default_permissions: (value, base) => (value === ':read-only' ? free(value, base) : OWN(value, base)),
  'network.proxy': STAYS,
  'network.ca_file': STAYS,
  'limits.max_processes': atMost(parseCount),
  'limits.max_memory': atMost(parseMemoryBytes),
  'limits.max_file_size': atMost(parseSizeBytes),
  'limits.max_open_files': atMost(parseOpenFiles),
  'limits.max_time': atMost((value) => parseDurationMs(String(value))),
  profile: OWN,
  profiles: OWN,
  projects: OWN,
  mcp_servers: serversRule,
  skill_folders: added,
  'guardian.provider': STAYS,
  'guardian.model': STAYS,
  'guardian.timeout_ms': atMost((value) => (typeof value === 'number' ? value : undefined)),
  'guardian.on_failure': ordered(['refuse', 'ask']),
  model: free,
  model_reasoning_effort: free,
  default_agent: OWN,
  smart_approvals: CLOSES_WHEN_FALSE,
  guardian_approval: CLOSES_WHEN_FALSE,
  'features.smart_approvals': CLOSES_WHEN_FALSE,
  'features.guardian_approval': CLOSES_WHEN_FALSE,
};

/** Keys that have a rule; a test compares them with the table of keys. */
export const NARROWED_KEYS: readonly string[] = Object.keys(RULES);

/** The parts of a narrowed value come from the layer, or from what it narrows. */
function narrowedOrigin(entry: ConfigEntry, base: ConfigEntry, value: unknown): ConfigEntry['origin'] {
  const find = (below: TomlPath, isKey: boolean): ConfigEntry['origin'] => {
    const wanted = JSON.stringify(readPart(value, below));
    const same = [entry, base].find((side) => JSON.stringify(readPart(side.value, below)) === wanted);
    if (same !== undefined) return originBelow(same.origin, below, isKey);
    // An item of a joined list stands at another index than it did in its own.
    for (const side of [entry, base]) {
      const items = readPart(side.value, below.slice(0, -1));
      const index = Array.isArray(items) ? items.findIndex((item) => JSON.stringify(item) === wanted) : -1;
      if (index !== -1) return originBelow(side.origin, [...below.slice(0, -1), index], isKey);
    }
    return originBelow(entry.origin, below, isKey);
  };
  return withParts({ ...entry.origin }, find);
}

/** What of an entry narrows what holds without it. */
export function narrowEntry(entry: ConfigEntry, base: ConfigEntry): NarrowedEntry {
  const rule = Object.hasOwn(RULES, entry.key) ? (RULES[entry.key] ?? OWN) : OWN;
  const { value, wider } = rule(entry.value, base.value);
  const ignored = wider.map(({ below, why }) => ({
    key: [entry.key, ...below.map((part) => (typeof part === 'number' ? part + 1 : part))].join('.'),
    value: readPart(entry.value, below),
    origin: originBelow(entry.origin, below),
    why,
  }));
  if (value === undefined) return { ignored };
  return { entry: { key: entry.key, value, origin: narrowedOrigin(entry, base, value) }, ignored };
}
