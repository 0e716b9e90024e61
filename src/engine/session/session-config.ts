/**
 * The configuration of an open session. Promises: what decides about steps follows the configuration, each step from its
 * proposal on under one snapshot that the history names; what the wall was built from stays as it was opened, because
 * programs run behind it; a configuration that does not load changes nothing, and that is said.
 */
import { type ConfigSnapshot, type EventBody, Fault, type RuleSet } from '../../protocol/index.ts';
import {
  digestSnapshot,
  findConfigKey,
  findHeld,
  type LoadedConfig,
  nearestKey,
  reloadRules,
  type SessionOverride,
  showOrigin,
} from '../config/index.ts';

/** What steps are judged under. */
export interface InForce {
  readonly snapshot: ConfigSnapshot;
  readonly digest: string;
}

export interface SessionConfigPorts {
  /** The configuration of the session as it would be opened now. Throws a `user` fault where it does not load. */
  load(overrides: readonly SessionOverride[]): LoadedConfig;
  append(bodies: readonly EventBody[]): Promise<unknown>;
}

/** Keys that decide about steps: they may change while the session is open. */
const LIVING_KEYS = new Set([
  'approval_policy',
  'ask_on_risk',
  'approval_expiry',
  'approvals_reviewer',
  'mcp_servers',
  'skill_folders',
]);
/** Keys, and tables of them, that say nothing about a session that is open. */
const IDLE_KEY =
  /^(?:guardian\.|features\.|model|default_agent$|profiles?$|projects$|smart_approvals$|guardian_approval$)/;
/** The lists of hosts, which the proxy asks about each connection. */
const HOST_LIST = /^permission_profile\.network\.(?:allow|deny)$/;

/** What the wall keeps of the snapshot that it was built from, with what decides about steps of another one. */
function keepWall(opened: ConfigSnapshot, next: ConfigSnapshot): ConfigSnapshot {
  return {
    ...opened,
    approvalPolicy: next.approvalPolicy,
    askOnRisk: next.askOnRisk,
    approvalExpiryMs: next.approvalExpiryMs,
    rules: next.rules,
    approvalsReviewer: next.approvalsReviewer,
    trustedMcpServers: next.trustedMcpServers,
    skillFolders: next.skillFolders,
    network: { ...opened.network, allow: next.network.allow, deny: next.network.deny },
  };
}

/** What a file asked and forbade before it was broken still holds; what it allowed does not. */
function keepRules(before: RuleSet, next: RuleSet, broken: readonly string[]): RuleSet {
  if (broken.length === 0) return next;
  const missing = <Rule extends RuleSet['prefix' | 'network'][number]>(old: Rule[], now: Rule[]): Rule[] => {
    const known = new Set(now.map((rule) => JSON.stringify({ ...rule, origin: undefined })));
    return old.filter(
      (rule) =>
        rule.decision !== 'allow' &&
        broken.includes(rule.origin.file) &&
        !known.has(JSON.stringify({ ...rule, origin: undefined })),
    );
  };
  return {
    ...next,
    prefix: [...next.prefix, ...missing(before.prefix, next.prefix)],
    network: [...next.network, ...missing(before.network, next.network)],
  };
}

/** The value of a key as far as the wall is built from it. */
function wallPart(key: string, value: unknown): unknown {
  if (LIVING_KEYS.has(key) || IDLE_KEY.test(key) || HOST_LIST.test(key)) return undefined;
  if (key !== 'permission_profile' || typeof value !== 'object' || value === null) return value;
  const { network: _lists, ...rest } = value as { readonly network?: unknown };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What changed and takes effect for new sessions only, in sentences. */
function listKept(before: LoadedConfig, next: LoadedConfig): string[] {
  return [...next.values].flatMap(([key, entry]) => {
    if (isSame(wallPart(key, entry.value), wallPart(key, before.values.get(key)?.value))) return [];
    return [`${showOrigin(entry.origin)}: ${key} has changed; this session keeps its wall, new ones take it`];
  });
}

/** Throws a `user` fault for a key that cannot change in an open session. */
function requireLiving(key: string): void {
  if (LIVING_KEYS.has(key) || HOST_LIST.test(key) || key.startsWith('mcp_servers.')) return;
  const top = key.split('.')[0] ?? '';
  if (findConfigKey(key) !== undefined || findConfigKey(top)?.isSection === true) {
    const isIdle = IDLE_KEY.test(key);
    throw new Fault({
      kind: 'user',
      code: 'session-key-fixed',
      message: isIdle
        ? `${key} says nothing about a session that is open`
        : `${key} cannot change in an open session: its programs run behind the wall that was built with it`,
      hint: `Open a new session with -c ${key}=VALUE, or write it for all new ones: sallyport config set ${key} VALUE`,
    });
  }
  const nearest = nearestKey(key);
  throw new Fault({
    kind: 'user',
    code: 'config-unknown-key',
    message: `There is no key ${key}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    hint: '`sallyport config get` lists all keys',
  });
}

export class SessionConfig {
  readonly #opened: ConfigSnapshot;
  readonly #ports: SessionConfigPorts;
  #last: LoadedConfig;
  #inForce: InForce;
  #overrides: readonly SessionOverride[] = [];
  #mistake: string | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(opened: LoadedConfig, ports: SessionConfigPorts) {
    this.#opened = opened.snapshot;
    this.#ports = ports;
    this.#last = opened;
    this.#inForce = { snapshot: opened.snapshot, digest: opened.digest };
  }

  /** The same object until it changes. */
  get inForce(): InForce {
    return this.#inForce;
  }

  /** Told after what is in force has changed and the history says so. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Changes one key for this session from its next step on, or takes the change back. Throws a `user` fault for a key
   * that cannot change, and where the configuration would not load so. `held`: what holds instead of the value.
   */
  async set(
    key: string,
    value: string | undefined,
    by: string,
  ): Promise<{ digest: string; warnings: readonly string[]; held?: string }> {
    requireLiving(key);
    const others = this.#overrides.filter((override) => override.key !== key);
    const overrides = value === undefined ? others : [...others, { key, value, by }];
    const next = this.#ports.load(overrides);
    this.#overrides = overrides;
    this.#mistake = undefined;
    const warnings = await this.#take(next, by);
    const held = value === undefined ? undefined : findHeld({ key, value, by }, next);
    return { digest: this.#inForce.digest, warnings, ...(held !== undefined && { held }) };
  }

  /** Reads the configuration again; `by` names the file that changed. */
  async reload(by: string): Promise<void> {
    let next: LoadedConfig;
    try {
      next = this.#ports.load(this.#overrides);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      const isKnown = this.#mistake === thrown.message;
      this.#mistake = thrown.message;
      const said = isKnown ? [] : [`${thrown.message}; what held before still holds`];
      await this.#take(this.#withRules(), by, said);
      return;
    }
    const isRepaired = this.#mistake !== undefined;
    this.#mistake = undefined;
    await this.#take(next, by, [], isRepaired);
  }

  /** What was loaded last, with the rules of now: they have files of their own, which a mistake elsewhere does not stop. */
  #withRules(): LoadedConfig {
    try {
      return reloadRules(this.#last);
    } catch (thrown) {
      if (thrown instanceof Fault) return this.#last;
      throw thrown;
    }
  }

  /** In force at once; what is judged after it stands behind it in the history. */
  async #take(
    next: LoadedConfig,
    by: string,
    said: readonly string[] = [],
    isRepaired = false,
  ): Promise<readonly string[]> {
    const rules = keepRules(this.#inForce.snapshot.rules, next.snapshot.rules, next.brokenRules);
    const snapshot = keepWall(this.#opened, { ...next.snapshot, rules });
    const digest = digestSnapshot(snapshot);
    const known = new Set(this.#last.warnings);
    const fresh = next.warnings.filter((warning) => !known.has(warning));
    const warnings = [...said, ...fresh, ...listKept(this.#last, next)];
    const isChanged = digest !== this.#inForce.digest;
    this.#last = next;
    if (isChanged) this.#inForce = { snapshot, digest };
    if (isChanged || isRepaired || warnings.length > 0) await this.#tell(by, warnings);
    if (isChanged) for (const listener of this.#listeners) listener();
    return warnings;
  }

  #tell(by: string, warnings: readonly string[]): Promise<unknown> {
    const { snapshot: content, digest } = this.#inForce;
    const { origins } = this.#last;
    return this.#ports.append([
      { type: 'config/snapshot', digest, content, origins, warnings: [...warnings], by },
    ]);
  }
}
