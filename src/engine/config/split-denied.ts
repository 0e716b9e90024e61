import { isTable } from './check-value.ts';
import type { ConfigEntry } from './collect-entries.ts';
import { originBelow, withParts } from './config-origins.ts';

/** A permission profile in two: what it denies, and each other part of it. */
export interface SplitProfile {
  /** Absent where it denies nothing, or nothing but that. */
  readonly closing?: ConfigEntry;
  readonly rest: readonly ConfigEntry[];
}

/** Takes what a project's permission profile denies apart from what it opens, so that one can hold without the other. */
export function splitDenied(entry: ConfigEntry): SplitProfile {
  if (entry.key !== 'permission_profile' || !isTable(entry.value)) return { rest: [] };
  const closing = new Map<string, unknown>();
  const rest: ConfigEntry[] = [];
  const leave = (below: readonly string[], value: unknown): void => {
    rest.push({ key: [entry.key, ...below].join('.'), value, origin: originBelow(entry.origin, below) });
  };
  for (const [section, table] of Object.entries(entry.value)) {
    if (!isTable(table)) {
      leave([section], table);
      continue;
    }
    for (const [name, value] of Object.entries(table)) {
      if (name === 'deny') closing.set(section, { deny: value });
      else leave([section, name], value);
    }
  }
  if (closing.size === 0 || rest.length === 0) return { rest };
  const origin = withParts({ ...entry.origin }, (below, isKey) => originBelow(entry.origin, below, isKey));
  return { closing: { key: entry.key, value: Object.fromEntries(closing), origin }, rest };
}
