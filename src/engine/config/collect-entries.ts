import type { ConfigLayerKind, ConfigOrigin } from '../../protocol/index.ts';
import { type ConfigPlace, makeConfigFault, showPlace, showText, showValue } from './config-fault.ts';
import { type ConfigKey, findConfigKey, isConfigTable, isTable, KNOWN_NAMES } from './config-keys.ts';
import { hasUnsupportedKeys, judgeForeignKey } from './foreign-keys.ts';
import { findNearestName } from './nearest-name.ts';
import type { TomlDocument, TomlPath } from './read-toml.ts';

/** One key of one layer. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: unknown;
  readonly origin: ConfigOrigin;
}

/** One source of configuration with the entries it holds. */
export interface ConfigLayer {
  readonly entries: readonly ConfigEntry[];
  readonly warnings: readonly string[];
}

/** Where the values come from, for messages and origins. */
export type EntrySource =
  | { readonly layer: ConfigLayerKind; readonly file: string; readonly document: TomlDocument }
  | { readonly layer: ConfigLayerKind; readonly flag: string };

function placeOf(source: EntrySource, path: TomlPath, isKey: boolean): ConfigPlace {
  if ('flag' in source) return { flag: source.flag };
  const { file, document } = source;
  return { file, position: isKey ? document.keyPosition(path) : document.valuePosition(path) };
}

/** Where the value of an entry stands. */
export function makeOrigin(source: EntrySource, path: TomlPath): ConfigOrigin {
  if ('flag' in source) return { layer: source.layer, flag: source.flag };
  const position = source.document.valuePosition(path);
  return { layer: source.layer, file: source.file, ...position };
}

/** The place of an origin as it stands at the beginning of messages. */
export function showOrigin(origin: ConfigOrigin): string {
  if (origin.flag !== undefined) return showText(origin.flag);
  if (origin.file === undefined) return origin.layer;
  const { file, line, column } = origin;
  return showPlace({
    file,
    position: line === undefined || column === undefined ? undefined : { line, column },
  });
}

class EntryCollector {
  readonly entries: ConfigEntry[] = [];
  readonly warnings: string[] = [];
  readonly #source: EntrySource;

  constructor(source: EntrySource) {
    this.#source = source;
  }

  collect(table: Readonly<Record<string, unknown>>, base: readonly string[]): void {
    for (const [part, value] of Object.entries(table)) {
      const path = [...base, part];
      const name = path.join('.');
      const key = part.includes('.') ? undefined : findConfigKey(name);
      if (key !== undefined) this.#add(key, path, value);
      else if (isConfigTable(name)) this.#enter(path, value);
      else if (isTable(value) && hasUnsupportedKeys(name)) this.collect(value, path);
      else this.#passOver(path, value);
    }
  }

  #enter(path: readonly string[], value: unknown): void {
    if (isTable(value)) {
      this.collect(value, path);
      return;
    }
    throw makeConfigFault({
      place: placeOf(this.#source, path, false),
      what: `${path.join('.')} must be a table, but is ${showValue(value)}`,
      hint: `Write a section [${path.join('.')}] with the keys below it`,
    });
  }

  #add(key: ConfigKey, path: readonly string[], value: unknown): void {
    const mistake = key.check(value);
    if (mistake !== undefined) {
      const at = [...path, ...mistake.below];
      const item = mistake.below.reduce<unknown>(readItem, value);
      const isKey = mistake.isKey === true;
      const name = showPath(at);
      throw makeConfigFault({
        place: placeOf(this.#source, at, isKey),
        what: `${name} ${mistake.what}${isKey || isTable(item) ? '' : `, but is ${showValue(item)}`}`,
        hint: mistake.hint,
      });
    }
    const origin = makeOrigin(this.#source, path);
    this.entries.push({ key: key.name, value: this.#modernise(key, value, origin), origin });
  }

  /** `on-failure` ran first and asked afterwards; Codex itself has given it up. */
  #modernise(key: ConfigKey, value: unknown, origin: ConfigOrigin): unknown {
    if (key.name !== 'approval_policy' || value !== 'on-failure') return value;
    this.warnings.push(
      `${showOrigin(origin)}: approval_policy "on-failure" is deprecated and read as "on-request"; write ` +
        '"on-request" where a person can answer, or "never" where nobody can',
    );
    return 'on-request';
  }

  #passOver(path: readonly string[], value: unknown): void {
    const name = path.join('.');
    const place = placeOf(this.#source, path, true);
    const shown = showText(
      path.map((part) => (/^[^\s."']+$/.test(part) ? part : JSON.stringify(part))).join('.'),
    );
    const judgement = judgeForeignKey(name, value);
    if (judgement === 'harmless') return;
    if (judgement === 'codex') {
      this.warnings.push(`${showPlace(place)}: ${shown} belongs to Codex and does nothing here`);
      return;
    }
    if (judgement === 'unsupported') {
      throw makeConfigFault({
        place,
        what: `${shown} is not supported by this version, and passing it over would change what is allowed`,
        hint: 'flag' in place ? 'Leave it out' : 'Remove it, or put a # in front of it',
        code: 'config-unsupported',
      });
    }
    const nearest = findNearestName(name, KNOWN_NAMES);
    throw makeConfigFault({
      place,
      what: `unknown key ${shown}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      hint:
        nearest === undefined ? 'Remove it; `sallyport config get` lists all keys' : 'Correct or remove it',
      code: 'config-unknown-key',
    });
  }
}

/** A path as it is written, items of lists in brackets, from 1. */
function showPath(path: TomlPath): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${part}`));
  return showText(parts.join('').replace(/^\./, ''));
}

function readItem(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return value[Number(part)];
  return isTable(value) ? value[String(part)] : undefined;
}

/** Checks a tree of values and makes entries of it. Throws a `user` fault at the first mistake. */
export function collectEntries(values: Readonly<Record<string, unknown>>, source: EntrySource): ConfigLayer {
  const collector = new EntryCollector(source);
  collector.collect(values, []);
  return { entries: collector.entries, warnings: collector.warnings };
}
