import { Fault } from '../../protocol/index.ts';
import { type ConfigEntry, showOrigin } from './collect-entries.ts';
import { showText } from './config-fault.ts';
import { CONFIG_KEYS, findConfigKey, KNOWN_NAMES } from './config-keys.ts';
import type { LoadedConfig } from './load-config.ts';
import type { MergedEntry } from './merge-layers.ts';
import { findNearestName } from './nearest-name.ts';

export interface ConfigExplanation extends MergedEntry {
  /** What the key decides, as a phrase. */
  readonly about: string;
  /** `file:line:column`, the flag as typed, or `defaults`. */
  readonly place: string;
  /** What projects' files say and is not in force. */
  readonly ignored: readonly ConfigEntry[];
}

/** The key that was meant by a mistyped name, when one is near. */
export function nearestKey(name: string): string | undefined {
  return findNearestName(name, KNOWN_NAMES);
}

/** The value of a key, where it comes from and what it overrode. Throws a `user` fault for an unknown key. */
export function explainConfig(config: LoadedConfig, name: string): ConfigExplanation {
  const key = findConfigKey(name);
  const entry = config.values.get(name);
  if (key === undefined || entry === undefined) {
    const nearest = nearestKey(name);
    throw new Fault({
      kind: 'user',
      code: 'config-unknown-key',
      message: `There is no key ${showText(name)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      hint: '`sallyport config get` lists all keys',
    });
  }
  const ignored = config.ignored.filter((other) => other.key === name);
  return { ...entry, about: key.about, place: showOrigin(entry.origin), ignored };
}

/** All keys with their values in force, in the order of the documentation. */
export function listConfig(config: LoadedConfig): ConfigExplanation[] {
  return CONFIG_KEYS.map((key) => explainConfig(config, key.name));
}
