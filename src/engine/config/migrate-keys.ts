/**
 * Old switches that stand for other keys. Promises: they fill what nobody has set, in any layer, and say so; what is set
 * stays as it is.
 */
import type { ConfigEntry } from './collect-entries.ts';
import { showOrigin } from './config-origins.ts';
import { type MergedEntry, overlay } from './merge-layers.ts';

type Merged = ReadonlyMap<string, MergedEntry>;

/** Each switch by its names, with what it stands for. */
const SWITCHES: readonly (readonly [names: readonly string[], fills: Readonly<Record<string, string>>])[] = [
  [
    ['smart_approvals', 'features.smart_approvals'],
    {
      approval_policy: 'on-request',
      approvals_reviewer: 'guardian_subagent',
      sandbox_mode: 'workspace-write',
    },
  ],
  [['guardian_approval', 'features.guardian_approval'], { approvals_reviewer: 'guardian_subagent' }],
];

function isUnset(merged: Merged, key: string): boolean {
  const isDefault = (name: string): boolean => (merged.get(name)?.origin.layer ?? 'defaults') === 'defaults';
  // A permission profile stands in place of a mode: to fill the mode could beat it.
  const instead = key === 'sandbox_mode' ? ['permission_profile', 'default_permissions'] : [];
  return [key, ...instead].every(isDefault);
}

/** The merged values with what the old switches fill. */
export function migrateKeys(merged: Merged): {
  readonly values: Merged;
  readonly warnings: readonly string[];
} {
  const values = new Map(merged);
  const warnings: string[] = [];
  for (const [names, fills] of SWITCHES) {
    const source = names.map((name) => merged.get(name)).find((entry) => entry?.value === true);
    if (source === undefined) continue;
    const filled: ConfigEntry[] = Object.entries(fills)
      .filter(([key]) => isUnset(values, key))
      .map(([key, value]) => ({ key, value, origin: { ...source.origin } }));
    for (const entry of filled) values.set(entry.key, overlay(entry, values.get(entry.key)));
    const said = filled.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`).join(', ');
    const meaning = said === '' ? 'fills nothing: all that it stands for is set' : `is read as ${said}`;
    warnings.push(`${showOrigin(source.origin)}: the old switch ${source.key} ${meaning}`);
  }
  return { values, warnings };
}
