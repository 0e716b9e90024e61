import { type ConfigOrigin, Fault } from '../../protocol/index.ts';
import type { ConfigLock } from './apply-requirements.ts';
import type { ConfigEntry } from './collect-entries.ts';
import { showText } from './config-fault.ts';
import { CONFIG_KEYS, type ConfigKey, findConfigKey, KNOWN_NAMES } from './config-keys.ts';
import { originBelow, showOrigin } from './config-origins.ts';
import type { LoadedConfig } from './load-config.ts';
import { type MergedEntry, readPart } from './merge-layers.ts';
import type { IgnoredEntry } from './narrow-entry.ts';
import { findNearestName } from './nearest-name.ts';
import { readToml, type TomlPath, TomlSyntaxError } from './read-toml.ts';

export interface ConfigExplanation extends MergedEntry {
  /** What the key decides, as a phrase. */
  readonly about: string;
  /** `file:line:column`, the flag as typed, or `defaults`. */
  readonly place: string;
  /** What projects' files say and is not in force. */
  readonly ignored: readonly IgnoredEntry[];
  /** How the administrator of the machine bounds it. */
  readonly locks: readonly ConfigLock[];
}

/** The key that was meant by a mistyped name, when one is near. */
export function nearestKey(name: string): string | undefined {
  return findNearestName(name, KNOWN_NAMES);
}

/** The names of a dotted key, with quotes where they hold dots; items of lists as `.2` or `[2]`. */
function splitName(name: string): readonly string[] {
  const plain = name.replaceAll(/\[(\d{1,6})\]/g, '.$1');
  try {
    if (/[\n\r=#]/.test(plain)) return [name];
    const path: string[] = [];
    let at: unknown = readToml(`${plain} = 0`).values;
    while (typeof at === 'object' && at !== null) {
      const [[part, below] = ['', undefined]] = Object.entries(at);
      path.push(part);
      at = below;
    }
    return path;
  } catch (thrown) {
    if (!(thrown instanceof TomlSyntaxError)) throw thrown;
    return plain.split('.');
  }
}

/** The longest key that a name begins with, and the rest of the name. */
function findKey(name: string): { key: ConfigKey; rest: readonly string[] } | undefined {
  const parts = splitName(name);
  for (let length = parts.length; length > 0; length--) {
    const key = findConfigKey(parts.slice(0, length).join('.'));
    if (key !== undefined) return { key, rest: parts.slice(length) };
  }
  return undefined;
}

/** A name as a path into a value: items of lists are counted from 1 by people. */
function pathInto(value: unknown, rest: readonly string[]): TomlPath {
  const path: (string | number)[] = [];
  for (const part of rest) {
    const isItem = Array.isArray(readPart(value, path)) && /^[1-9]\d*$/.test(part);
    path.push(isItem ? Number(part) - 1 : part);
  }
  return path;
}

interface Part {
  readonly value: unknown;
  readonly origin: ConfigOrigin;
}

function partOf(entry: ConfigEntry, path: TomlPath): Part {
  return { value: readPart(entry.value, path), origin: originBelow(entry.origin, path) };
}

function isSame(one: Part, other: Part): boolean {
  return JSON.stringify([one.value, one.origin]) === JSON.stringify([other.value, other.origin]);
}

/** What the part replaced. A layer that says nothing of it hands on what lies below, which is named once. */
function listOverridden(entry: MergedEntry, path: TomlPath, name: string): ConfigEntry[] {
  const parts = entry.overridden
    .map((weaker) => partOf(weaker, path))
    .filter(({ value }) => value !== undefined);
  const all = [partOf(entry, path), ...parts];
  return parts
    .filter((part, index) => !all.slice(0, index + 1).some((stronger) => isSame(part, stronger)))
    .map((part) => ({ key: name, ...part }));
}

function refuseUnknown(name: string): never {
  const nearest = nearestKey(name);
  throw new Fault({
    kind: 'user',
    code: 'config-unknown-key',
    message: `There is no key ${showText(name)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    hint: '`sallyport config get` lists all keys',
  });
}

/**
 * The value of a key or of a part of one (`projects."/work".trust_level`, `protected_paths[2]`), where it comes from and
 * what it overrode. Throws a `user` fault for an unknown key, and for a part that is not there.
 */
export function explainConfig(config: LoadedConfig, name: string): ConfigExplanation {
  const found = findKey(name);
  const entry = found && config.values.get(found.key.name);
  if (found === undefined || entry === undefined) return refuseUnknown(name);
  const { key, rest } = found;
  const path = pathInto(entry.value, rest);
  const part = partOf(entry, path);
  if (part.value === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'config-not-set',
      message: `${showText(name)} is not set`,
      hint: `\`sallyport config explain ${key.name}\` shows what is`,
    });
  }
  const isAbout = (other: string): boolean => other === key.name || other.startsWith(`${key.name}.`);
  return {
    key: rest.length === 0 ? key.name : name,
    ...part,
    overridden: rest.length === 0 ? entry.overridden : listOverridden(entry, path, name),
    about: key.about,
    place: showOrigin(part.origin),
    ignored: config.ignored.filter((other) => isAbout(other.key)),
    locks: config.locks.filter((lock) => lock.key === key.name),
  };
}

/** All keys with their values in force, in the order of the documentation. */
export function listConfig(config: LoadedConfig): ConfigExplanation[] {
  return CONFIG_KEYS.map((key) => explainConfig(config, key.name));
}
