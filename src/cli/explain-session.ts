/** What a session with this configuration would enforce, one line for each thing, each with its origin. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { explainConfig, type LoadedConfig } from '../engine/index.ts';
import { ALWAYS_PROTECTED, findSecrets, RUNS_CODE_LATER } from '../engine/sandbox/index.ts';
import { showConfigOrigin } from '../policy/index.ts';
import { Fault, type RuleDecision } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';

const MOST_ROWS = 50;

/** Where a key, or a part of one, stands; undefined where it is not set. */
function placeOf(config: LoadedConfig, name: string): string | undefined {
  try {
    return explainConfig(config, name).place;
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.kind !== 'user') throw thrown;
    return undefined;
  }
}

/** The items of a list of the configuration with the place of each. */
function listItems(config: LoadedConfig, key: string): { text: string; place: string }[] {
  const items: { text: string; place: string }[] = [];
  for (let at = 1; at <= MOST_ROWS; at += 1) {
    const place = placeOf(config, `${key}.${at}`);
    if (place === undefined) break;
    items.push({ text: String(explainConfig(config, `${key}.${at}`).value), place });
  }
  return items;
}

function realOf(typed: string, config: LoadedConfig): string {
  const { home, workspace } = config.snapshot;
  const whole = resolve(workspace, typed.replace(/^~(?=\/|$)/, home));
  try {
    return realpathSync(whole);
  } catch {
    return whole;
  }
}

function findItem(config: LoadedConfig, key: string, path: string): string | undefined {
  return listItems(config, key).find(({ text }) => text === path || realOf(text, config) === path)?.place;
}

function fromKey(config: LoadedConfig, key: string): string {
  return placeOf(config, key) ?? 'defaults';
}

function explainModes(config: LoadedConfig): string[] {
  const { sandboxMode, approvalPolicy, askOnRisk, profile, approvalsReviewer } = config.snapshot;
  const policy =
    typeof approvalPolicy === 'string'
      ? approvalPolicy
      : `granular, ${Object.entries(approvalPolicy.granular)
          .map(([key, isOn]) => `${key} = ${isOn}`)
          .join(', ')}`;
  const isOpen = sandboxMode === 'danger-full-access';
  const tail = isOpen ? ': there is no wall; files and network are as without Sallyport' : '';
  return [
    `mode: ${sandboxMode}${tail} (${fromKey(config, 'sandbox_mode')})`,
    `policy: ${policy} (${fromKey(config, 'approval_policy')})`,
    `asked about from this risk on: ${askOnRisk} (${fromKey(config, 'ask_on_risk')})`,
    `questions go first to: ${approvalsReviewer} (${placeOf(config, 'approvals_reviewer') ?? 'defaults'})`,
    ...(profile === null
      ? []
      : [`profile: ${profile.name ?? 'without a name'}, in place of the lists of the mode`]),
  ];
}

function placeOfRoot(root: string, config: LoadedConfig, added: readonly string[]): string {
  const { workspace, profile } = config.snapshot;
  const entry = profile?.entries.find(({ path, access }) => path === root && access === 'write');
  if (entry?.origin !== undefined) return showConfigOrigin(entry.origin);
  if (root === workspace) return 'the workspace';
  const flag = added.find((folder) => realOf(folder, config) === root);
  if (flag !== undefined) return `--add-dir ${flag}`;
  return findItem(config, 'sandbox_workspace_write.writable_roots', root) ?? '$TMPDIR';
}

function explainWriting(config: LoadedConfig, added: readonly string[]): string[] {
  const { writableRoots, tmpWritable, tmp, tmpSizeBytes, protectedPaths } = config.snapshot;
  if (writableRoots.length === 0) return ['write: nowhere but an own /tmp that vanishes'];
  const size = `${Math.floor(tmpSizeBytes / 2 ** 20)} MiB`;
  return [
    ...writableRoots.map((root) => `write: ${showLine(root)} (${placeOfRoot(root, config, added)})`),
    ...(tmpWritable
      ? [
          tmp === 'private'
            ? `write: /tmp (its own, at most ${size}, vanishes)`
            : "write: /tmp (this machine's)",
        ]
      : []),
    ...ALWAYS_PROTECTED.map(({ name, reason }) => `read-only: ${name} in each of them (${reason})`),
    `read-only: ${RUNS_CODE_LATER.length} more names where they exist (files that run code later)`,
    ...protectedPaths.map(
      (path) => `read-only: ${showLine(path)} (${findItem(config, 'protected_paths', path) ?? 'built in'})`,
    ),
  ];
}

function explainReading(config: LoadedConfig): string[] {
  const { profile, secretPaths, home, ignored, workspace } = config.snapshot;
  const reasons = new Map(findSecrets(home, process.env).map(({ path, reason }) => [path, reason]));
  const entries = (profile?.entries ?? []).filter(({ access }) => access !== 'write');
  const words = { read: 'readable', deny: 'unreadable', write: 'write' } as const;
  return [
    ...(profile !== null && !profile.readsAll
      ? ['readable: only what is listed, and what programs need to run']
      : []),
    ...entries.map(({ path, access, origin }) => {
      const place = origin === undefined ? 'the profile' : showConfigOrigin(origin);
      return `${words[access]}: ${showLine(path)} (${place})`;
    }),
    ...(profile?.denyGlobs ?? []).map((glob) => `unreadable: ${showLine(glob)} (the profile)`),
    ...(ignored === null ? [] : [`unreadable: what ${showLine(workspace)}/.sallyportignore names`]),
    ...secretPaths.map((path) => `unreadable: ${showLine(path)} (${reasons.get(path) ?? 'a secret'})`),
  ];
}

function explainHosts(config: LoadedConfig): string[] {
  const { networkAccess, network, profile } = config.snapshot;
  const key = 'sandbox_workspace_write.network_access';
  if (networkAccess) return [`network: on (${fromKey(config, key)})`];
  const name = profile?.name ?? null;
  const tables = [
    'permission_profile.network',
    ...(name === null ? [] : [`permission_profiles.${JSON.stringify(name)}.network`]),
  ];
  const placeOfHost = (list: 'allow' | 'deny', host: string): string => {
    const places = tables.map((table) => findItem(config, `${table}.${list}`, host));
    return places.find((place) => place !== undefined) ?? 'the profile';
  };
  const others = network.deny.includes('*')
    ? `refused (${placeOfHost('deny', '*')})`
    : `asked about in a session, and not reached here (${fromKey(config, key)})`;
  return [
    `network: hosts on no list are ${others}`,
    ...network.allow.map((host) => `host allowed: ${showLine(host)} (${placeOfHost('allow', host)})`),
    ...network.deny.map((host) => `host denied: ${showLine(host)} (${placeOfHost('deny', host)})`),
  ];
}

/** How many rules of each kind stand in which file. */
function explainRules({ snapshot: { rules } }: LoadedConfig): string[] {
  const files = new Map<string, Record<RuleDecision | 'hosts', number>>();
  const countIn = (file: string): Record<RuleDecision | 'hosts', number> => {
    const known = files.get(file) ?? { allow: 0, prompt: 0, forbidden: 0, hosts: 0 };
    files.set(file, known);
    return known;
  };
  for (const rule of rules.prefix) countIn(rule.origin.file)[rule.decision] += 1;
  for (const rule of rules.network) countIn(rule.origin.file).hosts += 1;
  if (files.size === 0) return ['rules: none'];
  return [...files].map(
    ([file, { allow, prompt, forbidden, hosts }]) =>
      `rules: ${allow} allow, ${prompt} ask, ${forbidden} forbid, ${hosts} about hosts (${showLine(file)})`,
  );
}

function explainVariables(config: LoadedConfig): string[] {
  const { include, exclude, set } = config.snapshot.environment;
  const key = 'shell_environment_policy';
  return [
    ...include.map(
      (name) =>
        `passed although it looks like a secret: $${showLine(name)} (${fromKey(config, `${key}.include`)})`,
    ),
    ...exclude.map((name) => `never passed: $${showLine(name)} (${fromKey(config, `${key}.exclude`)})`),
    ...Object.keys(set).map((name) => `set: $${showLine(name)} (${fromKey(config, `${key}.set`)})`),
  ];
}

/** Everything that would be in force; `added` are the folders of `--add-dir`, as typed. */
export function explainSession(config: LoadedConfig, added: readonly string[]): string[] {
  const isOpen = config.snapshot.sandboxMode === 'danger-full-access';
  return [
    ...explainModes(config),
    ...(isOpen ? [] : [...explainWriting(config, added), ...explainReading(config), ...explainHosts(config)]),
    ...explainRules(config),
    ...explainVariables(config),
  ];
}
