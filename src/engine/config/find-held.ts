import { isTable } from './check-value.ts';
import { showValue } from './config-fault.ts';
import type { LoadedConfig } from './load-config.ts';
import { readPart } from './merge-layers.ts';
import { readSessionOverrides, type SessionOverride } from './read-session-overrides.ts';

/** Every part of the first stands in the second. */
function stands(wanted: unknown, held: unknown): boolean {
  if (!isTable(wanted)) return JSON.stringify(wanted) === JSON.stringify(held);
  return Object.entries(wanted).every(([name, value]) => stands(value, readPart(held, [name])));
}

/**
 * What holds in place of a value that was set for a session, as text for a person; undefined where the value itself does.
 * Only what the administrator bounds is stronger than what was set.
 */
export function findHeld(
  override: SessionOverride,
  { values, snapshot }: Pick<LoadedConfig, 'values' | 'snapshot'>,
): string | undefined {
  const entries = readSessionOverrides([override]).flatMap((layer) => layer.entries);
  const list = /^permission_profile\.network\.(allow|deny)$/.exec(override.key)?.[1];
  for (const { key, value } of entries) {
    if (list === 'allow' || list === 'deny') {
      const typed = readPart(value, ['network', list]);
      const hosts: readonly string[] = snapshot.network[list];
      if (Array.isArray(typed) && !typed.every((host) => hosts.includes(String(host))))
        return showValue(hosts);
      continue;
    }
    const entry = values.get(key);
    if (entry?.origin.layer !== 'managed' || stands(value, entry.value)) continue;
    const below = isTable(value) ? override.key.split('.').slice(key.split('.').length) : [];
    return showValue(readPart(entry.value, below) ?? entry.value);
  }
  return undefined;
}
