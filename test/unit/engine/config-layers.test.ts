import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../../src/engine/config/config-keys.ts';
import { digestSnapshot, explainConfig, listConfig } from '../../../src/engine/config/index.ts';
import { ConfigSnapshot, Fault } from '../../../src/protocol/index.ts';
import { ConfigFolder } from './config-folder.ts';

const READ_ONLY = 'sandbox_mode = "read-only"\n';

describe('precedence', () => {
  it.each([
    ['defaults', undefined, {}, 'workspace-write'],
    ['user over defaults', READ_ONLY, {}, 'read-only'],
    ['-c over user', READ_ONLY, { overrides: ['sandbox_mode="danger-full-access"'] }, 'danger-full-access'],
    [
      'a later -c over an earlier',
      undefined,
      { overrides: ['sandbox_mode=read-only', 'sandbox_mode=danger-full-access'] },
      'danger-full-access',
    ],
    [
      'flag over -c',
      READ_ONLY,
      { overrides: ['sandbox_mode=danger-full-access'], sandbox: 'workspace-write' },
      'workspace-write',
    ],
    ['--full-auto over --sandbox', undefined, { sandbox: 'read-only', fullAuto: true }, 'workspace-write'],
    ['bypass over the file', READ_ONLY, { bypass: true }, 'danger-full-access'],
  ])('%s', (_name, toml, flags, expected) => {
    expect(new ConfigFolder(toml).load(flags).snapshot.sandboxMode).toBe(expected);
  });

  it('explains where a value comes from and what it overrode, strongest first', () => {
    const folder = new ConfigFolder(`# comment\n${READ_ONLY}`);
    const config = folder.load({
      overrides: ['sandbox_mode=danger-full-access'],
      sandbox: 'workspace-write',
    });
    const explained = explainConfig(config, 'sandbox_mode');
    expect(explained.value).toBe('workspace-write');
    expect(explained.place).toBe('--sandbox workspace-write');
    expect(explained.overridden.map(({ value, origin }) => [value, origin])).toEqual([
      ['danger-full-access', { layer: 'override', flag: '-c sandbox_mode=danger-full-access' }],
      ['read-only', { layer: 'user', file: folder.userFile, line: 2, column: 16 }],
      ['workspace-write', { layer: 'defaults' }],
    ]);
    expect(config.origins['tmp']).toEqual({ layer: 'defaults' });
    expect(explainConfig(folder.load(), 'sandbox_mode').place).toBe(`${folder.userFile}:2:16`);
    expect(listConfig(config).map(({ key }) => key)).toEqual(CONFIG_KEYS.map(({ name }) => name));
  });

  it('suggests the nearest key when asked for an unknown one', () => {
    const config = new ConfigFolder().load();
    expect(() => explainConfig(config, 'aproval_policy')).toThrow(
      expect.objectContaining({ message: 'There is no key aproval_policy; did you mean approval_policy?' }),
    );
    expect(() => explainConfig(config, 'aproval_policy')).toThrow(Fault);
  });
});

describe('snapshot', () => {
  it('is complete with nothing configured', () => {
    const folder = new ConfigFolder();
    const config = folder.load();
    expect(ConfigSnapshot.parse(config.snapshot)).toEqual({
      sandboxMode: 'workspace-write',
      approvalPolicy: 'on-request',
      askOnRisk: 'high',
      approvalExpiryMs: 86_400_000,
      shell: '/bin/bash',
      execGate: false,
      workspace: folder.workspace,
      writableRoots: [folder.workspace],
      tmp: 'private',
      tmpWritable: true,
      tmpSizeBytes: 1024 ** 3,
      networkAccess: false,
      network: { allow: [], deny: [], proxy: null, caFile: null },
      limits: {
        processes: 4096,
        memoryBytes: expect.any(Number),
        fileBytes: null,
        openFiles: null,
        wallTimeMs: null,
      },
      profile: null,
      ignored: null,
      rules: { prefix: [], network: [], hostExecutables: [] },
      approvalsReviewer: 'user',
      trustedMcpServers: [],
      skillFolders: [],
      protectSecrets: true,
      secretPaths: [join(folder.home, '.ssh')],
      protectedNames: ['.git', '.agents', '.codex', '.sallyport'],
      protectedPaths: [],
      environment: { include: [], exclude: [], set: {} },
      home: folder.home,
    });
    expect(config.warnings).toEqual([]);
  });

  it('takes every key from the file', () => {
    const folder = new ConfigFolder(`
approval_policy = { granular = {
  sandbox_approval = true,
  rules = false,
  mcp_elicitations = true,
} }
ask_on_risk = "off"
approval_expiry = "1h30m"
shell = "/bin/sh"
exec_gate = true
tmp = "shared"
tmp_size = "400M"
protect_secrets = false
protected_paths = ["keys", "~/notes"]
[sandbox_workspace_write]
writable_roots = ["~/work"]
network_access = true
exclude_slash_tmp = true
[shell_environment_policy]
include = ["NPM_*"]
exclude = ["X"]
set = { CI = "1" }
[permission_profile.network]
allow = ["a.example", "*.b.example:443"]
deny = ["*"]
[network]
proxy = "http://p.example:3128"
[limits]
max_processes = 100
max_memory = "2GiB"
max_file_size = "off"
max_open_files = 64
max_time = "10m"
`);
    expect(folder.load().snapshot).toMatchObject({
      approvalPolicy: {
        granular: {
          sandbox_approval: true,
          rules: false,
          mcp_elicitations: true,
          request_permissions: false,
          skill_approval: false,
        },
      },
      askOnRisk: 'off',
      approvalExpiryMs: 5_400_000,
      shell: '/bin/sh',
      execGate: true,
      tmp: 'shared',
      tmpSizeBytes: 400 * 1024 ** 2,
      protectSecrets: false,
      secretPaths: [],
      protectedPaths: [join(folder.workspace, 'keys'), join(folder.home, 'notes')],
      writableRoots: [folder.workspace, join(folder.home, 'work')],
      networkAccess: true,
      tmpWritable: false,
      environment: { include: ['NPM_*'], exclude: ['X'], set: { CI: '1' } },
      network: {
        allow: ['a.example', '*.b.example:443'],
        deny: ['*'],
        proxy: 'http://p.example:3128',
        caFile: null,
      },
      limits: {
        processes: 100,
        memoryBytes: 2 * 1024 ** 3,
        fileBytes: null,
        openFiles: 64,
        wallTimeMs: 600_000,
      },
    });
  });

  it('has nothing writable and no network in read-only, whatever the table says', () => {
    const folder = new ConfigFolder(
      `${READ_ONLY}[sandbox_workspace_write]\nnetwork_access = true\nwritable_roots = ["~/work"]\n`,
    );
    expect(folder.load().snapshot).toMatchObject({
      writableRoots: [],
      networkAccess: false,
      tmpWritable: false,
    });
  });

  it('resolves the workspace and added folders to real paths', () => {
    const folder = new ConfigFolder();
    const link = join(folder.home, 'link');
    symlinkSync(folder.workspace, link);
    folder.write('work/other/file', '');
    expect(folder.load({}, {}, link).snapshot.workspace).toBe(folder.workspace);
    expect(folder.load({ addDirs: ['../other', '../other/'] }).snapshot.writableRoots).toEqual([
      folder.workspace,
      join(folder.home, 'work', 'other'),
    ]);
  });

  it.each([
    [`mcp_servers."my docs".trust_hints=true`, 'my docs'],
    [`mcp_servers.'a=b.c'.trust_hints=true`, 'a=b.c'],
    ['mcp_servers.docs.trust_hints=true', 'docs'],
  ])('-c takes names in quotes: %s', (override, name) => {
    expect(new ConfigFolder().load({ overrides: [override] }).snapshot.trustedMcpServers).toEqual([name]);
  });

  it.each(['mcp_servers."my docs.trust_hints=true', 'tmp."=1', 'tmp.=x', '"\\n"=1'])(
    '-c refuses a key that is none: %s',
    (override) => {
      const { error } = new ConfigFolder().fault({ overrides: [override] });
      expect(error).toContain('is not of the form key=value');
    },
  );

  it('gives equal digests to equal configurations only', () => {
    const folder = new ConfigFolder();
    const { snapshot, digest } = folder.load();
    expect(digestSnapshot(Object.fromEntries(Object.entries(snapshot).reverse()) as ConfigSnapshot)).toBe(
      digest,
    );
    expect(folder.load({ overrides: ['tmp_size="1024MiB"'] }).digest).toBe(digest);
    expect(folder.load({ overrides: ['tmp_size="1023MiB"'] }).digest).not.toBe(digest);
  });

  it.each([
    ['a folder elsewhere is writable', {}, true],
    ['not when excluded', { overrides: ['sandbox_workspace_write.exclude_tmpdir_env_var=true'] }, false],
  ])('TMPDIR: %s', (_name, flags, isWritable) => {
    const folder = new ConfigFolder();
    // Below /tmp a private /tmp hides it; /var/tmp is where another TMPDIR usually lies.
    const roots = folder.load(flags, { TMPDIR: '/var/tmp' }).snapshot.writableRoots;
    expect(roots.includes('/var/tmp')).toBe(isWritable);
    expect(folder.load(flags, { TMPDIR: '/' }).snapshot.writableRoots).toEqual([folder.workspace]);
    expect(folder.load(flags, { TMPDIR: '/tmp' }).snapshot.writableRoots).toEqual([folder.workspace]);
  });

  it('TMPDIR in the workspace: not where a link leads out of it', () => {
    const folder = new ConfigFolder();
    const TMPDIR = join(folder.workspace, 'tmpx');
    symlinkSync('/var/tmp', TMPDIR);
    expect(() => folder.load({}, { TMPDIR })).toThrow(
      /TMPDIR .*tmpx lies in the workspace but leads to \/var\/tmp/,
    );
    const profile = { overrides: ['default_permissions=":workspace"'] };
    expect(() => folder.load(profile, { TMPDIR })).toThrow(/leads to \/var\/tmp/);
  });
});

describe('workspace', () => {
  it('warns when it is the home folder or everything', () => {
    const folder = new ConfigFolder();
    expect(folder.warnings({}, {}, folder.home)).toEqual([
      'The workspace is HOME, which holds your whole home folder: all of it may be written',
    ]);
    expect(folder.warnings({}, {}, '/')).toEqual(['The workspace is /: almost everything may be written']);
    expect(folder.warnings({ sandbox: 'read-only' }, {}, '/')).toEqual([]);
  });

  it('must exist', () => {
    const folder = new ConfigFolder();
    expect(() => folder.load({}, {}, join(folder.home, 'missing'))).toThrow(/^There is no folder /);
  });
});

describe('project file', () => {
  it('is shown and not in force', () => {
    const folder = new ConfigFolder();
    const file = folder.write('work/project/.sallyport/config.toml', 'sandbox_mode = "danger-full-access"\n');
    const config = folder.load();
    expect(config.snapshot.sandboxMode).toBe('workspace-write');
    expect(config.warnings).toEqual([
      `${file} is ignored: this folder is not trusted (it would set sandbox_mode)`,
    ]);
    expect(explainConfig(config, 'sandbox_mode').ignored).toEqual([
      {
        key: 'sandbox_mode',
        value: 'danger-full-access',
        origin: { layer: 'project', file, line: 1, column: 16 },
        why: 'the folder is not trusted',
      },
    ]);
  });

  it('is looked for upward, and a mistake in it stops nobody', () => {
    const folder = new ConfigFolder();
    folder.write('work/.sallyport/config.toml', 'sandbox_mode = \n');
    expect(folder.warnings()).toEqual([
      'HOME/work/.sallyport/config.toml is ignored: this folder is not trusted (and it has a mistake: ' +
        'HOME/work/.sallyport/config.toml:1:16: not valid TOML: there is no valid value here; a text needs quotes)',
    ]);
  });

  it('is not the user’s own file when the workspace lies below the home folder', () => {
    expect(new ConfigFolder(READ_ONLY).warnings()).toEqual([]);
  });

  it('leaves the user file of another SALLYPORT_HOME in force', () => {
    const folder = new ConfigFolder('tmp = "shared"\n');
    folder.write('elsewhere/config.toml', READ_ONLY);
    const { snapshot } = folder.load({}, { SALLYPORT_HOME: join(folder.home, 'elsewhere') });
    expect([snapshot.sandboxMode, snapshot.tmp]).toEqual(['read-only', 'private']);
  });
});
