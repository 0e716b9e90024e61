import type { ConfigEntry, ConfigLayer } from './collect-entries.ts';

/** The value in force of one key, and those of weaker layers that it replaced, strongest first. */
export interface MergedEntry extends ConfigEntry {
  readonly overridden: readonly ConfigEntry[];
}

/** Layers weakest first. A key is taken whole from the strongest layer that has it: lists and tables do not mix. */
export function mergeLayers(layers: readonly ConfigLayer[]): ReadonlyMap<string, MergedEntry> {
  const merged = new Map<string, MergedEntry>();
  for (const entry of layers.flatMap((layer) => layer.entries)) {
    const weaker = merged.get(entry.key);
    const overridden =
      weaker === undefined
        ? []
        : [{ key: weaker.key, value: weaker.value, origin: weaker.origin }, ...weaker.overridden];
    merged.set(entry.key, { ...entry, overridden });
  }
  return merged;
}
