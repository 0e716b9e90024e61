/**
 * What the administrator of this machine demands. Promises: it can only narrow and lock; a mistake in it stops
 * everything; no variable of the environment and no flag moves it. Does not promise anything against who may write the
 * file. Without it a machine's owner could not bound what its users let agents do.
 */
import { describeMistake, parseRules } from '../../policy/index.ts';
import type { ConfigOrigin, RuleSet } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { type ConfigEntry, collectEntries } from './collect-entries.ts';
import { makeConfigFault, showValue } from './config-fault.ts';
import { originBelow } from './config-origins.ts';
import { findNearestName } from './nearest-name.ts';
import { readConfigFile } from './read-config-file.ts';
import type { TomlDocument, TomlPath } from './read-toml.ts';

/** Choices that are left, and where that stands. */
export interface AllowedChoices {
  readonly choices: readonly string[];
  readonly origin: ConfigOrigin;
}

/** A host or path that is closed whatever else is said. */
export interface ForcedDeny {
  readonly text: string;
  readonly origin: ConfigOrigin;
}

export interface Requirements {
  readonly file: string;
  /** By the key that is bound. */
  readonly allowed: ReadonlyMap<string, AllowedChoices>;
  /** Keys of the configuration that narrow what holds. */
  readonly entries: readonly ConfigEntry[];
  readonly denyPaths: readonly ForcedDeny[];
  readonly denyHosts: readonly ForcedDeny[];
  /** The only hosts that may be allowed; undefined where all may. */
  readonly allowHosts: readonly string[] | undefined;
  readonly rules: RuleSet | undefined;
}

const MODES = ['read-only', 'workspace-write', 'danger-full-access'];

/** The lists of choices, by what they bind. They have Codex's names. */
const LISTS: ReadonlyMap<string, { key: string; choices: readonly string[] | undefined }> = new Map([
  ['allowed_sandbox_modes', { key: 'sandbox_mode', choices: MODES }],
  [
    'allowed_approval_policies',
    { key: 'approval_policy', choices: ['untrusted', 'on-request', 'never', 'granular'] },
  ],
  [
    'allowed_approvals_reviewers',
    { key: 'approvals_reviewer', choices: ['user', 'guardian_subagent', 'auto_review'] },
  ],
  ['allowed_permission_profiles', { key: 'default_permissions', choices: undefined }],
]);

class RequirementsReader {
  readonly allowed = new Map<string, AllowedChoices>();
  readonly entries: readonly ConfigEntry[];
  readonly denyPaths: readonly ForcedDeny[];
  readonly denyHosts: readonly ForcedDeny[];
  readonly allowHosts: readonly string[] | undefined;
  readonly rules: RuleSet | undefined;
  readonly file: string;
  readonly #document: TomlDocument;

  constructor(file: string, document: TomlDocument) {
    this.file = file;
    this.#document = document;
    const { rules, ...values } = document.values;
    const rest = Object.entries(values).filter(([name, value]) => !this.#readList(name, value));
    const { entries } = collectEntries(Object.fromEntries(rest), { layer: 'managed', file, document });
    const profile = entries.find(({ key }) => key === 'permission_profile');
    const mode = entries.find(({ key }) => key === 'sandbox_mode');
    if (mode !== undefined) this.#boundMode(mode);
    this.entries = entries.filter((entry) => entry !== profile && entry !== mode);
    this.denyPaths = this.#listDenied(profile, ['filesystem', 'deny']);
    this.denyHosts = this.#listDenied(profile, ['network', 'deny']);
    const allowed = this.#listDenied(profile, ['network', 'allow']);
    this.allowHosts = allowed.length === 0 ? undefined : allowed.map(({ text }) => text);
    this.#refuseOpening(profile);
    this.rules = this.#readRules(rules);
  }

  #fail(path: TomlPath, what: string, hint: string, isKey = false): never {
    const { file } = this;
    const position = isKey ? this.#document.keyPosition(path) : this.#document.valuePosition(path);
    throw makeConfigFault({ place: { file, position }, what, hint });
  }

  /** True for one of the lists of choices. */
  #readList(name: string, value: unknown): boolean {
    const list = LISTS.get(name);
    if (list === undefined) {
      const near = name.startsWith('allowed') ? findNearestName(name, [...LISTS.keys()]) : undefined;
      if (near !== undefined)
        this.#fail([name], `unknown key ${name}; did you mean ${near}?`, 'Correct or remove it', true);
      return false;
    }
    // Codex writes profiles as a table of names that are true.
    const items = isTable(value) ? Object.keys(value).filter((item) => value[item] === true) : value;
    const known = list.choices?.map((choice) => `"${choice}"`).join(', ') ?? 'names of permission profiles';
    if (!Array.isArray(items) || items.length === 0)
      this.#fail(
        [name],
        `${name} must be a list of ${known}, but is ${showValue(value)}`,
        `Write a list of ${known}`,
      );
    const choices = items.map(String);
    const wrong = choices.findIndex((item) => list.choices !== undefined && !list.choices.includes(item));
    if (wrong !== -1)
      this.#fail(
        [name, wrong],
        `${name} takes ${known}, but not ${showValue(items[wrong])}`,
        `Write a list of ${known}`,
      );
    const { file } = this;
    const origin: ConfigOrigin = { layer: 'managed', file, ...this.#document.valuePosition([name]) };
    this.allowed.set(list.key, {
      choices: choices.map((choice) => (choice === 'auto_review' ? 'guardian_subagent' : choice)),
      origin,
    });
    return true;
  }

  /** A mode leaves itself and those that are narrower. */
  #boundMode({ value, origin }: ConfigEntry): void {
    const narrower = MODES.slice(0, MODES.indexOf(String(value)) + 1);
    const listed = this.allowed.get('sandbox_mode');
    const choices = narrower.filter((choice) => listed?.choices.includes(choice) !== false);
    this.allowed.set('sandbox_mode', { choices, origin });
  }

  #listDenied(profile: ConfigEntry | undefined, path: readonly [string, string]): ForcedDeny[] {
    const [section, leaf] = path;
    const table = isTable(profile?.value) ? profile.value[section] : undefined;
    const items = isTable(table) ? table[leaf] : undefined;
    if (profile === undefined || !Array.isArray(items)) return [];
    return items.map((item, index) => ({
      text: String(item),
      origin: originBelow(profile.origin, [...path, index]),
    }));
  }

  #refuseOpening(profile: ConfigEntry | undefined): void {
    const files = isTable(profile?.value) ? profile.value['filesystem'] : undefined;
    const opening = isTable(files) ? Object.keys(files).find((name) => name !== 'deny') : undefined;
    if (opening === undefined) return;
    const path = ['permission_profile', 'filesystem', opening];
    this.#fail(
      path,
      `${path.join('.')} opens files, and requirements can only narrow`,
      'Write deny, or leave it out',
    );
  }

  #readRules(text: unknown): RuleSet | undefined {
    if (text === undefined) return undefined;
    if (typeof text !== 'string')
      this.#fail(
        ['rules'],
        'rules must be a text',
        "Write rules as they stand in files, between ''' and '''",
      );
    const { file } = this;
    const start = this.#document.valuePosition(['rules'])?.line ?? 1;
    // The text begins on the line behind the quotes.
    const { rules, mistakes } = parseRules('\n'.repeat(start) + text, { file, layer: 'managed' });
    const [first] = mistakes;
    if (first === undefined) return rules;
    throw makeConfigFault({
      place: { flag: describeMistake(first) },
      what: 'of the required rules',
      hint: first.hint,
    });
  }
}

/** Reads the file of requirements; undefined when there is none. Throws a `user` fault at the first mistake. */
export function readRequirements(file: string): Requirements | undefined {
  const document = readConfigFile(file);
  return document && new RequirementsReader(file, document);
}
