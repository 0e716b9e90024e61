/** What stands in a configuration of Codex, one item for each key that might hold here too. */
import { isTable } from './check-value.ts';
import { findConfigKey, isConfigTable } from './config-keys.ts';
import { judgeForeignKey } from './foreign-keys.ts';
import type { TomlValue } from './write-toml-value.ts';

/** A key of the source with the key and value that it becomes. */
export interface CodexItem {
  /** In the source. */
  readonly path: readonly string[];
  readonly target: readonly string[];
  readonly value: TomlValue;
  /** How it differs from the source. */
  readonly note?: string;
}

export interface CodexItems {
  readonly items: readonly CodexItem[];
  /** What does not hold here, and why. */
  readonly left: readonly { readonly path: readonly string[]; readonly why: string }[];
}

const NAMED_TABLES = new Set(['permissions', 'permission_profiles']);
const OLD_SWITCHES = new Set(['guardian_approval', 'smart_approvals']);

class ItemLister {
  readonly items: CodexItem[] = [];
  readonly left: { path: readonly string[]; why: string }[] = [];

  /** `base`: where the table stands; empty for the whole file. */
  list(table: Readonly<Record<string, unknown>>, base: readonly string[]): void {
    for (const [name, value] of Object.entries(table)) this.#sort([...base, name], name, value);
    this.#backfill(table, base);
  }

  #sort(path: readonly string[], name: string, value: unknown): void {
    if (name === 'profiles' && isTable(value)) this.#listProfiles(path, value);
    else if (name === 'projects' && isTable(value)) this.#listProjects(path, value);
    else if (name === 'mcp_servers' && isTable(value)) this.#leaveServers(path, value);
    else if (NAMED_TABLES.has(name) && isTable(value)) {
      for (const [inner, item] of Object.entries(value)) this.#take([...path, inner], item);
    } else if (OLD_SWITCHES.has(name))
      this.#leave(path, 'is an old switch; what it means is written in its place');
    else if (findConfigKey(name) !== undefined) this.#take(path, value);
    else if (isConfigTable(name) && isTable(value)) this.#listTable(path, name, value);
    else this.#leaveForeign(path, name);
  }

  #listTable(path: readonly string[], name: string, table: Readonly<Record<string, unknown>>): void {
    for (const [inner, value] of Object.entries(table)) {
      const below = [...path, inner];
      if (OLD_SWITCHES.has(inner))
        this.#leave(below, 'is an old switch; what it means is written in its place');
      else if (findConfigKey(`${name}.${inner}`) !== undefined) this.#take(below, value);
      else this.#leaveForeign(below, `${name}.${inner}`);
    }
  }

  #listProfiles(path: readonly string[], profiles: Readonly<Record<string, unknown>>): void {
    for (const [name, table] of Object.entries(profiles)) {
      if (isTable(table)) this.list(table, [...path, name]);
      else this.#leave([...path, name], 'is no table');
    }
  }

  #listProjects(path: readonly string[], projects: Readonly<Record<string, unknown>>): void {
    for (const [folder, table] of Object.entries(projects)) {
      for (const [name, value] of Object.entries(isTable(table) ? table : {})) {
        const below = [...path, folder, name];
        if (name === 'trust_level') this.#take(below, value);
        else this.#leave(below, 'belongs to Codex and does nothing here');
      }
    }
  }

  #leaveServers(path: readonly string[], servers: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(servers))
      this.#leave([...path, name], 'is started by Codex itself; its calls are judged under this name');
  }

  #leaveForeign(path: readonly string[], name: string): void {
    const isCodex = judgeForeignKey(name) === 'codex';
    this.#leave(path, isCodex ? 'belongs to Codex and does nothing here' : 'is not known here');
  }

  #leave(path: readonly string[], why: string): void {
    this.left.push({ path, why });
  }

  #take(path: readonly string[], value: unknown, target = path, note?: string): void {
    const name = path.at(-1);
    if (name === 'approval_policy' && value === 'on-failure') {
      const why = '"on-failure" is deprecated and written as "on-request"';
      this.items.push({ path, target, value: 'on-request', note: why });
    } else if (name === 'approvals_reviewer' && value === 'auto_review') {
      this.items.push({ path, target, value: 'guardian_subagent', note: 'Codex calls it "auto_review"' });
    } else this.items.push({ path, target, value: value as TomlValue, ...(note !== undefined && { note }) });
  }

  /** What the old switches mean, where the source does not say it itself. */
  #backfill(table: Readonly<Record<string, unknown>>, base: readonly string[]): void {
    const features = isTable(table['features']) ? table['features'] : {};
    const meant = (name: string): readonly string[] | undefined => {
      if (table[name] === true) return [...base, name];
      return features[name] === true ? [...base, 'features', name] : undefined;
    };
    const smart = meant('smart_approvals');
    const guardian = smart ?? meant('guardian_approval');
    const fill = (path: readonly string[] | undefined, key: string, value: string): void => {
      if (path === undefined || key in table) return;
      this.#take(path, value, [...base, key], `${path.join('.')} means ${key} = "${value}"`);
    };
    fill(guardian, 'approvals_reviewer', 'guardian_subagent');
    fill(smart, 'approval_policy', 'on-request');
    fill(smart, 'sandbox_mode', 'workspace-write');
  }
}

/** Sorts what stands there; looks at names only, not at whether a value is right. */
export function listCodexItems(values: Readonly<Record<string, unknown>>): CodexItems {
  const lister = new ItemLister();
  lister.list(values, []);
  return { items: lister.items, left: lister.left };
}
