import type { ConfigOrigin } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { type ConfigPlace, makeConfigFault, showPlace, showText, showValue } from './config-fault.ts';
import { type ConfigKey, findConfigKey, isConfigTable, KNOWN_NAMES } from './config-keys.ts';
import { type EntrySource, makeOrigin, showOrigin } from './config-origins.ts';
import { findMisplaced, judgeForeignKey } from './foreign-keys.ts';
import { findNearestName } from './nearest-name.ts';
import type { TomlPath } from './read-toml.ts';

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

function placeOf(source: EntrySource, path: TomlPath, isKey: boolean): ConfigPlace {
  if ('flag' in source) return { flag: source.flag };
  const { file, document, base = [] } = source;
  const whole = [...base, ...path];
  return { file, position: isKey ? document.keyPosition(whole) : document.valuePosition(whole) };
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
      else this.#passOver(path);
    }
  }

  #enter(path: readonly string[], value: unknown): void {
    if (isTable(value)) {
      this.collect(value, path);
      return;
    }
    throw makeConfigFault({
      place: placeOf(this.#source, path, false),
      what: `${this.#showPath(path)} must be a table, but is ${showValue(value)}`,
      hint: `Write a section [${this.#showPath(path)}] with the keys below it`,
    });
  }

  #add(key: ConfigKey, path: readonly string[], value: unknown): void {
    this.#refuseLayer(key, path);
    const mistake = key.check(value);
    if (mistake !== undefined) {
      const at = [...path, ...mistake.below];
      const item = mistake.below.reduce<unknown>(readItem, value);
      const isKey = mistake.isKey === true;
      const name = this.#showPath(at);
      throw makeConfigFault({
        place: placeOf(this.#source, at, isKey),
        what: `${name} ${mistake.what}${isKey || isTable(item) ? '' : `, but is ${showValue(item)}`}`,
        hint: mistake.hint,
      });
    }
    const origin = makeOrigin(this.#source, path);
    this.entries.push({ key: key.name, value: this.#modernise(key, value, origin), origin });
  }

  /** Names that others have given up, or that Codex has for the same. */
  #modernise(key: ConfigKey, value: unknown, origin: ConfigOrigin): unknown {
    if (key.name === 'approvals_reviewer' && value === 'auto_review') return 'guardian_subagent';
    // It ran first and asked afterwards; Codex itself has given it up.
    if (key.name !== 'approval_policy' || value !== 'on-failure') return value;
    this.warnings.push(
      `${showOrigin(origin)}: approval_policy "on-failure" is deprecated and read as "on-request"; write ` +
        '"on-request" where a person can answer, or "never" where nobody can',
    );
    return 'on-request';
  }

  /** What decides about everybody's files or chooses among the user's profiles is the user's own. */
  #refuseLayer(key: ConfigKey, path: readonly string[]): void {
    const { layer } = this.#source;
    const isTyped = layer === 'override' || layer === 'session' || layer === 'flag';
    if (key.isUserOnly !== true || layer === 'user' || layer === 'project') return;
    if (isTyped && key.isSection !== true) return;
    throw makeConfigFault({
      place: placeOf(this.#source, path, true),
      what: `${this.#showPath(path)} can only be set in your own configuration file`,
      hint: 'Leave it out here',
      code: 'config-misplaced',
    });
  }

  /** A path as it is written, items of lists in brackets, from 1. */
  #showPath(path: TomlPath): string {
    const base = 'flag' in this.#source ? [] : (this.#source.base ?? []);
    const parts = [...base, ...path].map((part) =>
      typeof part === 'number' ? `[${part + 1}]` : `.${showName(part)}`,
    );
    return showText(parts.join('').replace(/^\./, ''));
  }

  #passOver(path: readonly string[]): void {
    const name = path.join('.');
    const place = placeOf(this.#source, path, true);
    const shown = this.#showPath(path);
    const judgement = judgeForeignKey(name);
    if (judgement === 'codex') {
      this.warnings.push(`${showPlace(place)}: ${shown} belongs to Codex and does nothing here`);
      return;
    }
    const hint = findMisplaced(name);
    if (hint !== undefined) {
      throw makeConfigFault({ place, what: `${shown} does not stand here`, hint, code: 'config-misplaced' });
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

/** A name as it is written: in quotes where it must be. */
function showName(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
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
