import type { ConfigOrigin } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import type { ConfigEntry, ConfigLayer } from './collect-entries.ts';
import { findConfigKey } from './config-keys.ts';
import { originBelow, withParts } from './config-origins.ts';
import type { TomlPath } from './read-toml.ts';

/** The value in force of one key, and those of weaker layers that it replaced, strongest first. */
export interface MergedEntry extends ConfigEntry {
  readonly overridden: readonly ConfigEntry[];
}

/** The part of a value that the path leads to; undefined where there is none. */
export function readPart(value: unknown, path: TomlPath): unknown {
  let part = value;
  for (const name of path) {
    if (Array.isArray(part)) part = part[Number(name)];
    else if (isTable(part) && Object.hasOwn(part, name)) part = part[name];
    else return undefined;
  }
  return part;
}

/** Each part from the stronger table that has it. */
function mixTables(stronger: unknown, weaker: unknown): unknown {
  if (!isTable(stronger) || !isTable(weaker)) return stronger;
  const mixed = new Map(Object.entries(weaker));
  for (const [name, value] of Object.entries(stronger)) mixed.set(name, mixTables(value, mixed.get(name)));
  return Object.fromEntries(mixed);
}

/** An origin of the stronger one, whose parts are found where they really come from. */
function mixOrigins(stronger: ConfigEntry, weaker: ConfigEntry): ConfigOrigin {
  return withParts({ ...stronger.origin }, (below, isKey) =>
    readPart(stronger.value, below) === undefined
      ? originBelow(weaker.origin, below, isKey)
      : originBelow(stronger.origin, below, isKey),
  );
}

/** The entry with a stronger one on top of it. */
export function overlay(stronger: ConfigEntry, weaker: MergedEntry | undefined): MergedEntry {
  if (weaker === undefined) return { ...stronger, overridden: [] };
  const { overridden, ...under } = weaker;
  const isMixed = findConfigKey(stronger.key)?.isSection === true && under.origin.layer !== 'defaults';
  return {
    key: stronger.key,
    value: isMixed ? mixTables(stronger.value, under.value) : stronger.value,
    origin: isMixed ? mixOrigins(stronger, under) : stronger.origin,
    overridden: [under, ...overridden],
  };
}

/**
 * Layers weakest first. A key is taken whole from the strongest layer that has it: lists do not mix. Sections with names
 * chosen by the person mix, key by key.
 */
export function mergeLayers(
  layers: readonly ConfigLayer[],
  base: ReadonlyMap<string, MergedEntry> = new Map(),
): ReadonlyMap<string, MergedEntry> {
  const merged = new Map(base);
  for (const entry of layers.flatMap((layer) => layer.entries))
    merged.set(entry.key, overlay(entry, merged.get(entry.key)));
  return merged;
}
