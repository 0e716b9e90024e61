/**
 * Puts what the administrator demands on top of everything. Promises: the result opens nothing that was closed without
 * it; where a choice is not allowed and no allowed one is narrower, nothing runs.
 */
import { AskOnRisk, ConfigLayerKind, type ConfigOrigin, ConfigSnapshot } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import type { ConfigEntry } from './collect-entries.ts';
import { makeConfigFault, showText, showValue } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import { type MergedEntry, overlay } from './merge-layers.ts';
import { narrowEntry } from './narrow-entry.ts';
import type { AllowedChoices, Requirements } from './read-requirements.ts';

type Merged = ReadonlyMap<string, MergedEntry>;

/** A key that the administrator bounds. */
export interface ConfigLock {
  readonly key: string;
  /** What is left, in words. */
  readonly bound: string;
  readonly origin: ConfigOrigin;
}

export interface BoundConfig {
  readonly values: Merged;
  readonly locks: readonly ConfigLock[];
  readonly warnings: readonly string[];
}

/** For each choice those that are narrower, the widest first. */
const NARROWER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  sandbox_mode: { 'danger-full-access': ['workspace-write', 'read-only'], 'workspace-write': ['read-only'] },
  approval_policy: { 'on-request': ['untrusted'] },
  approvals_reviewer: { guardian_subagent: ['user'] },
};

function nameOf(value: unknown): string {
  return isTable(value) ? 'granular' : String(value);
}

/** The built-in permission profile that is a mode. */
const PROFILE_OF_MODE: Readonly<Record<string, string>> = {
  'read-only': ':read-only',
  'workspace-write': ':workspace',
  'danger-full-access': ':danger-full-access',
};

/** What can be written in its place: a bound of modes is one of profiles too, under their own names. */
function listChoices({ key }: MergedEntry, choices: readonly string[]): string {
  const isMode = choices.every((choice) => Object.hasOwn(PROFILE_OF_MODE, choice));
  const named =
    key === 'default_permissions' && isMode
      ? choices.map((choice) => PROFILE_OF_MODE[choice] ?? choice)
      : choices;
  const list = showText(named.map((choice) => JSON.stringify(choice)).join(', '));
  if (key !== 'permission_profile') return `Choose one of ${list}`;
  return isMode
    ? `Write a profile that comes to one of ${list}`
    : `Choose one of ${list} as default_permissions`;
}

function refuse(entry: MergedEntry, { choices, origin }: AllowedChoices): never {
  throw makeConfigFault({
    place: { flag: showOrigin(entry.origin) },
    what: `${entry.key} ${showValue(entry.value)} is not allowed on this machine (${showOrigin(origin)})`,
    hint: listChoices(entry, choices),
    code: 'config-managed',
  });
}

/** The entry with an allowed choice. */
function chooseAllowed(entry: MergedEntry, allowed: AllowedChoices): MergedEntry {
  const current = nameOf(entry.value);
  if (allowed.choices.includes(current)) return entry;
  const narrower = NARROWER[entry.key]?.[current]?.find((choice) => allowed.choices.includes(choice));
  if (narrower === undefined) refuse(entry, allowed);
  return overlay({ key: entry.key, value: narrower, origin: allowed.origin }, entry);
}

/** The widest mode in which files and hosts can be closed at all: what needs a wall rules out to have none. */
function demandWall(requirements: Requirements): AllowedChoices | undefined {
  const { denyPaths, denyHosts, allowHosts, entries, file } = requirements;
  const needsWall = entries.find(
    ({ key, value }) =>
      (key === 'sandbox_workspace_write.network_access' && value === false) ||
      (key === 'protect_secrets' && value === true) ||
      key === 'protected_paths' ||
      key === 'sandbox_workspace_write.writable_roots',
  );
  const origin = needsWall?.origin ?? denyPaths[0]?.origin ?? denyHosts[0]?.origin;
  if (origin === undefined && allowHosts === undefined) return undefined;
  return { choices: ['workspace-write', 'read-only'], origin: origin ?? { layer: 'managed', file } };
}

/** Hosts can only be told apart by the proxy: a network that is simply on would reach all of them. */
function demandProxy({ denyHosts, allowHosts, file }: Requirements): ConfigEntry[] {
  if (denyHosts.length === 0 && allowHosts === undefined) return [];
  const origin = denyHosts[0]?.origin ?? { layer: 'managed', file };
  return [{ key: 'sandbox_workspace_write.network_access', value: false, origin }];
}

/** What rules out every launch without a wall on this machine; undefined where nothing does. */
export function findWallDemand(requirements: Requirements | undefined): ConfigOrigin | undefined {
  if (requirements === undefined) return undefined;
  const modes = requirements.allowed.get('sandbox_mode');
  if (modes?.choices.includes('danger-full-access') === true) return undefined;
  const profiles = requirements.allowed.get('default_permissions');
  const isBound = profiles?.choices.includes(':danger-full-access') === false;
  return modes?.origin ?? demandWall(requirements)?.origin ?? (isBound ? profiles.origin : undefined);
}

function isStronger(one: ConfigOrigin, other: ConfigOrigin): boolean {
  return ConfigLayerKind.options.indexOf(one.layer) > ConfigLayerKind.options.indexOf(other.layer);
}

/** A permission profile stands in the place of the mode. */
function hasProfile(values: Merged, mode: MergedEntry): boolean {
  return ['default_permissions', 'permission_profile'].some((key) => {
    const entry = values.get(key);
    return entry !== undefined && entry.origin.layer !== 'defaults' && !isStronger(mode.origin, entry.origin);
  });
}

/** The merged values as far as the requirements let them hold. Throws a `user` fault for what they do not allow. */
export function applyRequirements(merged: Merged, requirements: Requirements | undefined): BoundConfig {
  if (requirements === undefined) return { values: merged, locks: [], warnings: [] };
  const values = new Map(merged);
  const locks: ConfigLock[] = [];
  const warnings: string[] = [];
  const put = (before: MergedEntry, after: MergedEntry): void => {
    if (before === after) return;
    values.set(after.key, after);
    if (before.origin.layer === 'defaults') return;
    warnings.push(
      `${showOrigin(before.origin)}: ${before.key} ${showValue(before.value)} is not allowed on this machine ` +
        `(${showOrigin(after.origin)}): ${showValue(after.value)} holds`,
    );
  };
  const bindChoice = (key: string, allowed: AllowedChoices): void => {
    const entry = values.get(key);
    // A permission profile is looked at when it is known what it comes to; a bound mode would take its place.
    if (entry === undefined || key === 'default_permissions') return;
    if (key === 'sandbox_mode' && hasProfile(values, entry)) return;
    put(entry, chooseAllowed(entry, allowed));
  };
  for (const [key, allowed] of requirements.allowed) {
    locks.push({ key, bound: `one of ${allowed.choices.join(', ')}`, origin: allowed.origin });
    bindChoice(key, allowed);
  }
  const wall = demandWall(requirements);
  const modes = requirements.allowed.get('sandbox_mode');
  if (wall !== undefined && modes?.choices.includes('danger-full-access') !== true) {
    locks.push({
      key: 'sandbox_mode',
      bound: 'not danger-full-access: what is closed needs a wall',
      origin: wall.origin,
    });
    bindChoice('sandbox_mode', wall);
  }
  for (const required of [...requirements.entries, ...demandProxy(requirements)]) {
    locks.push({ key: required.key, bound: `at most ${showValue(required.value)}`, origin: required.origin });
    const entry = values.get(required.key);
    if (entry === undefined) continue;
    const narrowed = narrowEntry(required, entry).entry;
    const isSame = narrowed === undefined || JSON.stringify(narrowed.value) === JSON.stringify(entry.value);
    if (!isSame) put(entry, overlay({ ...narrowed }, entry));
  }
  for (const { text, origin } of [...requirements.denyPaths, ...requirements.denyHosts])
    locks.push({ key: 'permission_profile', bound: `${text} is closed`, origin });
  return { values, locks, warnings };
}

type ManagedChoices = NonNullable<ConfigSnapshot['managedChoices']>;

const RISKS = AskOnRisk.options;

/** What is left of the choices that somebody may think of changing; undefined where none of them is bound. */
export function listLeft(requirements: Requirements | undefined): ManagedChoices | undefined {
  if (requirements === undefined) return undefined;
  const { allowed, entries } = requirements;
  const required = (key: string): unknown => entries.find((entry) => entry.key === key)?.value;
  const modes = allowed.get('sandbox_mode') ?? demandWall(requirements);
  const policies = allowed.get('approval_policy');
  const asked = AskOnRisk.safeParse(required('ask_on_risk'));
  const risk = asked.success ? RISKS.indexOf(asked.data) : -1;
  const network = 'sandbox_workspace_write.network_access';
  const isOff = required(network) === false || demandProxy(requirements).length > 0;
  const isKept = required('protect_secrets') === true || requirements.denyPaths.length > 0;
  const left = {
    ...(modes !== undefined && { sandboxModes: modes.choices }),
    ...(policies !== undefined && { approvalPolicies: policies.choices }),
    ...(risk >= 0 && { askOnRisk: RISKS.slice(0, risk + 1) }),
    ...(isOff && { networkAccess: [false] }),
    ...(isKept && { protectSecrets: [true] }),
  };
  return Object.keys(left).length === 0 ? undefined : ConfigSnapshot.shape.managedChoices.parse(left);
}

/** What a permission profile comes to is bound like a mode that was typed. Throws a `user` fault. */
export function refuseUnallowed(
  snapshot: ConfigSnapshot,
  merged: Merged,
  requirements: Requirements | undefined,
): void {
  const mode = merged.get('sandbox_mode');
  const chosen = merged.get('default_permissions');
  const from = chosen?.value === null ? merged.get('permission_profile') : chosen;
  if (requirements === undefined || mode === undefined || from === undefined) return;
  const { profile } = snapshot;
  const modes = requirements.allowed.get('sandbox_mode') ?? demandWall(requirements);
  if (modes?.choices.includes(snapshot.sandboxMode) === false) refuse(profile === null ? mode : from, modes);
  const profiles = requirements.allowed.get('default_permissions');
  if (profiles === undefined || profile === null) return;
  if (!profiles.choices.includes(profile.name ?? '')) refuse(from, profiles);
}
