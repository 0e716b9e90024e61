import { describe, expect, it } from 'vitest';
import {
  type ConfigExplanation,
  explainConfig,
  type SessionOverride,
} from '../../../src/engine/config/index.ts';
import type { SessionFlags } from '../../../src/protocol/index.ts';
import { ConfigFolder } from './config-folder.ts';

/** Weakest first, as `behaviour` has them; requirements only narrow and stand below. */
const LAYERS = ['defaults', 'user', 'project', 'profile', 'override', 'flag', 'session'] as const;
type Layer = (typeof LAYERS)[number];

/** A key of each type, with two values as TOML, and the flag that sets it, where there is one. */
const KEYS: readonly {
  readonly key: string;
  readonly values: readonly [string, string];
  readonly flag?: (value: string) => Partial<SessionFlags>;
}[] = [
  {
    key: 'sandbox_mode',
    values: ['"read-only"', '"danger-full-access"'],
    flag: (value) => ({ sandbox: JSON.parse(value) }),
  },
  {
    key: 'approval_policy',
    values: ['"never"', '"untrusted"'],
    flag: (value) => ({ askForApproval: JSON.parse(value) }),
  },
  { key: 'exec_gate', values: ['true', 'false'] },
  { key: 'tmp_size', values: ['"400M"', '1048576'] },
  { key: 'approval_expiry', values: ['"30m"', '"2h"'] },
  { key: 'protected_paths', values: ['["a"]', '["b", "c"]'] },
  { key: 'shell_environment_policy.set', values: ['{ A = "1" }', '{ B = "2" }'] },
  { key: 'permission_profile.network.deny', values: ['["a.example"]', '["b.example"]'] },
  { key: 'mcp_servers.docs.trust_hints', values: ['true', 'false'] },
  {
    key: 'limits.max_processes',
    values: ['100', '200'],
    flag: (value) => ({ limits: { max_processes: value } }),
  },
  { key: 'model', values: ['"o3"', '"o4-mini"'] },
];

/** What a session gets when these layers set the key. */
function explainWith(
  key: string,
  set: ReadonlyMap<Layer, string>,
  makeFlags?: (value: string) => Partial<SessionFlags>,
): ConfigExplanation {
  const folder = new ConfigFolder();
  const line = (layer: Layer): string => {
    const value = set.get(layer);
    return value === undefined ? '' : `${key} = ${value}\n`;
  };
  folder.write(
    '.sallyport/config.toml',
    `${line('user')}[projects.${JSON.stringify(folder.workspace)}]\ntrust_level = "full"\n`,
  );
  folder.write('work/project/.sallyport/config.toml', line('project'));
  folder.write('.sallyport/mine.config.toml', line('profile'));
  const override = set.get('override');
  const flag = set.get('flag');
  const session = set.get('session');
  const overrides: SessionOverride[] = session === undefined ? [] : [{ key, value: session, by: 'test' }];
  const flags: Partial<SessionFlags> = {
    profile: 'mine',
    overrides: override === undefined ? [] : [`${key}=${override}`],
    ...(flag !== undefined && makeFlags?.(flag)),
  };
  return explainConfig(folder.load(flags, {}, folder.workspace, { overrides }), key);
}

describe.each(KEYS)('$key', ({ key, values: [weaker, stronger], flag }) => {
  const layers = LAYERS.filter((layer) => layer !== 'flag' || flag !== undefined);
  const pairs = layers.slice(1).map((layer, index) => [layers[index] ?? 'defaults', layer] as const);

  it.each(pairs)('of %s yields to that of %s', (low, high) => {
    const alone = low === 'defaults' ? undefined : explainWith(key, new Map([[low, weaker]]), flag);
    const both = explainWith(
      key,
      new Map([
        [low, weaker],
        [high, stronger],
      ]),
      flag,
    );
    const other = explainWith(key, new Map([[high, stronger]]), flag);
    expect(both.value).toEqual(other.value);
    expect(both.origin.layer).toBe(high);
    if (alone === undefined) return;
    expect(alone.origin.layer).toBe(low);
    expect(both.value).not.toEqual(alone.value);
    expect([both.overridden[0]?.value, both.overridden[0]?.origin.layer]).toEqual([alone.value, low]);
  });
});

describe('flags', () => {
  it('beat a preset, and a preset beats -c', () => {
    const folder = new ConfigFolder();
    const flags = {
      overrides: ['approval_policy=never', 'sandbox_mode=danger-full-access'],
      preset: 'paranoid',
    };
    expect(folder.load(flags).snapshot).toMatchObject({
      sandboxMode: 'read-only',
      approvalPolicy: 'untrusted',
    });
    const { snapshot } = folder.load({ ...flags, sandbox: 'workspace-write' });
    expect(snapshot).toMatchObject({ sandboxMode: 'workspace-write', approvalPolicy: 'untrusted' });
  });

  it.each([
    ['daily', 'workspace-write', 'on-request', 'user'],
    ['power-user', 'danger-full-access', 'untrusted', 'user'],
    ['ci', 'workspace-write', 'never', 'user'],
    ['smart', 'workspace-write', 'on-request', 'guardian_subagent'],
    ['paranoid', 'read-only', 'untrusted', 'user'],
  ])('--preset %s', (preset, sandboxMode, approvalPolicy, approvalsReviewer) => {
    const folder = new ConfigFolder('sandbox_mode = "read-only"\napproval_policy = "never"\n');
    expect(folder.load({ preset }).snapshot).toMatchObject({
      sandboxMode,
      approvalPolicy,
      approvalsReviewer,
    });
  });

  it('--full-auto beats --sandbox, --preset, a profile and the file', () => {
    const folder = new ConfigFolder('[profiles.x]\nsandbox_mode = "read-only"\n');
    const { snapshot } = folder.load({
      fullAuto: true,
      sandbox: 'read-only',
      preset: 'paranoid',
      profile: 'x',
    });
    expect(snapshot).toMatchObject({ sandboxMode: 'workspace-write', approvalPolicy: 'on-request' });
  });
});

describe('parts of a section', () => {
  it('come each from the strongest layer that has it', () => {
    const folder = new ConfigFolder(
      '[permission_profile.network]\nallow = ["a.example"]\ndeny = ["x.example"]\n[mcp_servers.docs]\ntrust_hints = true\n',
    );
    const config = folder.load({
      overrides: ['permission_profile.network.deny=["y.example"]', 'mcp_servers.web.trust_hints=true'],
    });
    expect(config.snapshot.network).toMatchObject({ allow: ['a.example'], deny: ['y.example'] });
    expect(config.snapshot.trustedMcpServers).toEqual(['docs', 'web']);
    const explained = (name: string) => explainConfig(config, name);
    expect(explained('permission_profile.network.allow[1]')).toMatchObject({
      value: 'a.example',
      origin: { layer: 'user', line: 2, column: 10 },
      overridden: [],
    });
    expect(explained('permission_profile.network.deny.1')).toMatchObject({
      value: 'y.example',
      origin: { layer: 'override' },
      overridden: [{ value: 'x.example', origin: { layer: 'user', line: 3, column: 9 } }],
    });
    expect(explained('mcp_servers.docs.trust_hints').place).toBe(`${folder.userFile}:5:15`);
    expect(() => explained('mcp_servers.other')).toThrow('mcp_servers.other is not set');
  });

  it('are explained in profiles and for folders too', () => {
    const folder = new ConfigFolder(
      'profile = "strict"\n[profiles.strict]\nask_on_risk = "medium"\n[projects."/a.b"]\ntrust_level = "full"\n',
    );
    const config = folder.load();
    expect(explainConfig(config, 'ask_on_risk')).toMatchObject({
      value: 'medium',
      origin: { layer: 'profile', line: 3, column: 15 },
      overridden: [{ value: 'high', origin: { layer: 'defaults' } }],
    });
    expect(explainConfig(config, 'profiles.strict.ask_on_risk').place).toBe(`${folder.userFile}:3:15`);
    expect(explainConfig(config, 'projects."/a.b".trust_level').place).toBe(`${folder.userFile}:5:15`);
  });
});
