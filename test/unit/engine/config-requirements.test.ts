import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainConfig, type LoadedConfig } from '../../../src/engine/config/index.ts';
import type { SessionFlags } from '../../../src/protocol/index.ts';
import { ConfigFolder } from './config-folder.ts';

function folderWith(required: string, user = ''): ConfigFolder {
  const folder = new ConfigFolder(user);
  folder.write('etc/requirements.toml', required);
  return folder;
}

function loadWith(required: string, user = '', flags: Partial<SessionFlags> = {}): LoadedConfig {
  return folderWith(required, user).load(flags);
}

describe('requirements', () => {
  it.each([
    [
      'the widest allowed mode',
      'allowed_sandbox_modes = ["read-only", "workspace-write"]',
      { sandbox: 'danger-full-access' },
      { sandboxMode: 'workspace-write' },
    ],
    [
      'a narrower mode than wished',
      'allowed_sandbox_modes = ["read-only"]',
      { sandbox: 'workspace-write' },
      { sandboxMode: 'read-only' },
    ],
    ['the default', 'allowed_sandbox_modes = ["read-only"]', {}, { sandboxMode: 'read-only' }],
    [
      '--yolo',
      'allowed_sandbox_modes = ["read-only"]\nallowed_approval_policies = ["never"]',
      { bypass: true },
      { sandboxMode: 'read-only', approvalPolicy: 'never' },
    ],
    [
      'a mode as a key',
      'sandbox_mode = "workspace-write"',
      { sandbox: 'danger-full-access' },
      { sandboxMode: 'workspace-write' },
    ],
    [
      'a mode as a key leaves narrower ones',
      'sandbox_mode = "workspace-write"',
      { sandbox: 'read-only' },
      { sandboxMode: 'read-only' },
    ],
    [
      'a stricter policy',
      'allowed_approval_policies = ["untrusted"]',
      { askForApproval: 'on-request' },
      { approvalPolicy: 'untrusted' },
    ],
    [
      'an allowed policy',
      'allowed_approval_policies = ["never", "untrusted"]',
      { askForApproval: 'never' },
      { approvalPolicy: 'never' },
    ],
    [
      'the reviewer',
      'allowed_approvals_reviewers = ["user"]',
      { preset: 'smart' },
      { approvalsReviewer: 'user' },
    ],
    [
      'the reviewer, allowed by its name of today',
      'allowed_approvals_reviewers = ["auto_review", "user"]',
      { preset: 'smart' },
      { approvalsReviewer: 'guardian_subagent' },
    ],
    [
      'no network',
      '[sandbox_workspace_write]\nnetwork_access = false',
      { overrides: ['sandbox_workspace_write.network_access=true'] },
      { networkAccess: false },
    ],
    [
      'no network, and so a wall',
      '[sandbox_workspace_write]\nnetwork_access = false',
      { sandbox: 'danger-full-access' },
      { networkAccess: false, sandboxMode: 'workspace-write' },
    ],
    ['risk', 'ask_on_risk = "medium"', { overrides: ['ask_on_risk=off'] }, { askOnRisk: 'medium' }],
    [
      'nothing where it is narrower already',
      'ask_on_risk = "critical"',
      { overrides: ['ask_on_risk=medium'] },
      { askOnRisk: 'medium' },
    ],
    [
      'limits',
      '[limits]\nmax_memory = "1GiB"',
      { limits: { max_memory: '2GiB' } },
      { limits: { memoryBytes: 1024 ** 3 } },
    ],
    [
      'variables',
      '[shell_environment_policy]\nexclude = ["X_*"]',
      { overrides: ['shell_environment_policy.exclude=["Y"]'] },
      { environment: { exclude: ['Y', 'X_*'] } },
    ],
    [
      'hosts',
      '[permission_profile.network]\ndeny = ["*.bad.example"]',
      { allowDomains: ['x.bad.example', 'good.example'] },
      { network: { allow: ['good.example'], deny: ['*.bad.example'] } },
    ],
    [
      'all hosts but these',
      '[permission_profile.network]\nallow = ["good.example"]\ndeny = ["*"]',
      { allowDomains: ['x.example', 'good.example'] },
      { network: { allow: ['good.example'], deny: ['*'] } },
    ],
  ])('bound %s', (_name, required, flags, expected) => {
    const config = loadWith(`${required}\n`, '', flags);
    expect(config.snapshot).toMatchObject(expected);
  });

  it('close paths, whatever else is said', () => {
    const folder = folderWith(
      '[permission_profile.filesystem]\ndeny = ["~/work/project/keys"]\n',
      'protect_secrets = false\n[sandbox_workspace_write]\nwritable_roots = ["~/work/project/keys/sub"]\n',
    );
    folder.write('work/project/keys/sub/x', '');
    const { snapshot } = folder.load();
    const keys = join(folder.workspace, 'keys');
    expect(snapshot).toMatchObject({
      protectSecrets: true,
      secretPaths: [keys],
      writableRoots: [folder.workspace],
    });
    expect(folder.load({ sandbox: 'danger-full-access' }).snapshot.sandboxMode).toBe('workspace-write');
    const named = folder.load({
      overrides: [
        'permission_profiles.p.filesystem.write=["${workspace}", "${workspace}/keys/sub"]',
        'default_permissions=p',
      ],
    });
    expect(named.snapshot.profile?.entries.filter(({ path }) => path.startsWith(keys))).toMatchObject([
      { path: keys, access: 'deny' },
    ]);
  });

  it('do not widen what a permission profile closes', () => {
    const config = loadWith(
      'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
      'sandbox_mode = "danger-full-access"\ndefault_permissions = ":read-only"\n',
    );
    expect(config.snapshot.sandboxMode).toBe('read-only');
  });

  it('are a lock that is explained', () => {
    const folder = folderWith(
      '\nallowed_sandbox_modes = ["read-only"]\n',
      'sandbox_mode = "workspace-write"\n',
    );
    const config = folder.load();
    const file = folder.requirementsFile;
    expect(explainConfig(config, 'sandbox_mode')).toMatchObject({
      value: 'read-only',
      origin: { layer: 'managed', file, line: 2, column: 25 },
      overridden: [
        { value: 'workspace-write', origin: { layer: 'user' } },
        { origin: { layer: 'defaults' } },
      ],
      locks: [{ bound: 'one of read-only', origin: { layer: 'managed', line: 2 } }],
    });
    expect(config.warnings.map((text) => folder.shorten(text))).toEqual([
      'FILE:1:16: sandbox_mode "workspace-write" is not allowed on this machine (HOME/etc/requirements.toml:2:25): "read-only" holds',
    ]);
  });

  it('beat what is set while a session runs, and a fully trusted project', () => {
    const folder = folderWith(
      'allowed_sandbox_modes = ["read-only"]\n',
      '[projects."~"]\ntrust_level = "full"\n',
    );
    folder.write('work/project/.sallyport/config.toml', 'sandbox_mode = "danger-full-access"\n');
    const overrides = [{ key: 'sandbox_mode', value: 'workspace-write', by: 'test' }];
    expect(folder.load({}, {}, folder.workspace, { overrides }).snapshot.sandboxMode).toBe('read-only');
  });

  it('have rules, which only ask and forbid', () => {
    const folder = folderWith(
      `rules = '''\nprefix_rule(pattern=["rm"], decision="forbidden")\nprefix_rule(pattern=["ls"])\n'''\n`,
    );
    const { snapshot } = folder.load();
    expect(snapshot.rules.prefix).toMatchObject([
      {
        pattern: ['rm'],
        decision: 'forbidden',
        origin: { layer: 'managed', file: folder.requirementsFile, line: 2 },
      },
    ]);
  });

  it.each([
    [
      'unknown key',
      'allowed_sandbox_mode = ["read-only"]',
      'HOME/etc/requirements.toml:1:1: unknown key allowed_sandbox_mode; did you mean allowed_sandbox_modes?',
    ],
    [
      'unknown choice',
      'allowed_sandbox_modes = ["read-only", "all"]',
      'HOME/etc/requirements.toml:1:39: allowed_sandbox_modes takes "read-only", "workspace-write", "danger-full-access", but not "all"',
    ],
    [
      'no choice',
      'allowed_approval_policies = []',
      'HOME/etc/requirements.toml:1:29: allowed_approval_policies must be a list of "untrusted", "on-request", "never", "granular", but is []',
    ],
    [
      'opening files',
      '[permission_profile.filesystem]\nwrite = ["/"]',
      'HOME/etc/requirements.toml:2:9: permission_profile.filesystem.write opens files, and requirements can only narrow',
    ],
    ['not TOML', 'allowed', 'HOME/etc/requirements.toml:1:8: not valid TOML'],
    ['rules with a mistake', "rules = '''\nprefix_rule(pattern=[])\n'''", 'HOME/etc/requirements.toml:2:'],
    [
      'trust',
      '[projects."/"]\ntrust_level = "full"',
      'HOME/etc/requirements.toml:1:2: projects can only be set in your own configuration file',
    ],
  ])('with a mistake stop everything: %s', (_name, required, error) => {
    expect(folderWith(`${required}\n`).fault().error.slice(0, error.length)).toBe(error);
  });

  it.each([
    [
      'never',
      'allowed_approval_policies = ["untrusted"]',
      { askForApproval: 'never' },
      '--ask-for-approval never: approval_policy "never" is not allowed on this machine (HOME/etc/requirements.toml:1:29)',
    ],
    [
      'read-only',
      'allowed_sandbox_modes = ["workspace-write"]',
      { sandbox: 'read-only' },
      '--sandbox read-only: sandbox_mode "read-only" is not allowed on this machine (HOME/etc/requirements.toml:1:25)',
    ],
    [
      'a permission profile',
      'allowed_permission_profiles = [":read-only"]',
      { overrides: ['default_permissions=:workspace'] },
      '-c default_permissions=:workspace: default_permissions ":workspace" is not allowed on this machine (HOME/etc/requirements.toml:1:31)',
    ],
    [
      'a profile without a wall',
      'allowed_sandbox_modes = ["workspace-write"]',
      { overrides: ['default_permissions=:danger-full-access'] },
      '-c default_permissions=:danger-full-access: default_permissions ":danger-full-access" is not allowed on this machine (HOME/etc/requirements.toml:1:25)',
    ],
  ])('refuse %s where nothing narrower is allowed', (_name, required, flags, error) => {
    expect(folderWith(`${required}\n`).fault(flags).error).toBe(error);
  });

  it('are found at one place, which no variable moves', () => {
    const folder = new ConfigFolder();
    const config = folder.load(
      {},
      { SALLYPORT_HOME: folder.home, SALLYPORT_REQUIREMENTS: folder.home },
      folder.workspace,
      {
        requirementsFile: undefined,
      },
    );
    expect(config.files.requirements).toBe('/etc/sallyport/requirements.toml');
  });
});

describe('what requirements leave of a choice', () => {
  it('is known to whoever explains a verdict, and absent where nothing is bound', () => {
    const required =
      'allowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_approval_policies = ["on-request"]\n' +
      'ask_on_risk = "high"\n[permission_profile.network]\ndeny = ["*.ads.example"]\n';
    expect(loadWith(required).snapshot.managedChoices).toEqual({
      sandboxModes: ['read-only', 'workspace-write'],
      approvalPolicies: ['on-request'],
      askOnRisk: ['medium', 'high'],
      networkAccess: [false],
    });
    const walled = loadWith('[permission_profile.filesystem]\ndeny = ["/srv/keys"]\n').snapshot
      .managedChoices;
    expect(walled).toEqual({ sandboxModes: ['workspace-write', 'read-only'], protectSecrets: [true] });
    expect(loadWith('').snapshot.managedChoices).toBeUndefined();
  });

  it('is offered in the words of the key that was refused', () => {
    const required = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n';
    const { hint } = folderWith(required).fault({
      overrides: ['default_permissions=":danger-full-access"'],
    });
    expect(hint).toBe('Choose one of ":read-only", ":workspace"');
  });
});
