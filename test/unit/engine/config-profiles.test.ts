import { describe, expect, it } from 'vitest';
import { ConfigFolder } from './config-folder.ts';

/** The example of an article on named profiles. */
const NAMED = `model = "o4-mini"
approval_policy = "on-request"
profile = "default"

[profiles.strict]
model = "o3"
model_reasoning_effort = "high"
approval_policy = "untrusted"
sandbox_mode = "read-only"

[profiles.auto]
approval_policy = "never"
sandbox_mode = "workspace-write"

[profiles.review]
model = "o3"
approval_policy = "untrusted"
sandbox_mode = "read-only"
`;

describe('profiles', () => {
  it.each([
    [undefined, 'workspace-write', 'on-request', 'o4-mini'],
    ['default', 'workspace-write', 'on-request', 'o4-mini'],
    ['strict', 'read-only', 'untrusted', 'o3'],
    ['auto', 'workspace-write', 'never', 'o4-mini'],
    ['review', 'read-only', 'untrusted', 'o3'],
  ])('-p %s', (profile, sandboxMode, approvalPolicy, model) => {
    const config = new ConfigFolder(NAMED).load(profile === undefined ? {} : { profile });
    expect(config.snapshot).toMatchObject({ sandboxMode, approvalPolicy });
    expect(config.values.get('model')?.value).toBe(model);
  });

  it('profile = "default" with such a table chooses it', () => {
    const folder = new ConfigFolder('profile = "default"\n[profiles.default]\ntmp = "shared"\n');
    expect(folder.load().snapshot.tmp).toBe('shared');
  });

  it('of a file beside the configuration', () => {
    const folder = new ConfigFolder('sandbox_mode = "read-only"\n');
    const file = folder.write('.sallyport/wide.config.toml', 'sandbox_mode = "danger-full-access"\n');
    const config = folder.load({ profile: 'wide' });
    expect(config.snapshot.sandboxMode).toBe('danger-full-access');
    expect(config.origins['sandbox_mode']).toEqual({ layer: 'profile', file, line: 1, column: 16 });
    expect(folder.load({ overrides: ['profile=wide'] }).snapshot.sandboxMode).toBe('danger-full-access');
    expect(folder.load({ overrides: ['profile=other'], profile: 'wide' }).snapshot.sandboxMode).toBe(
      'danger-full-access',
    );
  });

  it('of one name twice are an error with both places', () => {
    const folder = new ConfigFolder('[profiles.x]\ntmp = "shared"\n');
    folder.write('.sallyport/x.config.toml', '');
    expect(folder.fault({ profile: 'x' })).toEqual({
      error: '--profile x: there are two profiles x: [profiles.x] in FILE, and HOME/.sallyport/x.config.toml',
      hint: 'Rename or remove one of them',
    });
    expect(folder.fault()).toEqual({ error: 'no error', hint: '' });
  });

  it('that are missing: those that there are, of both kinds', () => {
    const folder = new ConfigFolder('[profiles.strict]\ntmp = "shared"\n');
    folder.write('.sallyport/wide.config.toml', '');
    folder.write('.sallyport/no name.config.toml', '');
    expect(folder.fault({ profile: 'strct' })).toEqual({
      error: '--profile strct: there is no profile "strct"',
      hint: 'There are: strict, wide',
    });
  });

  it('with a mistake in their file are an error at its place', () => {
    const folder = new ConfigFolder();
    folder.write('.sallyport/wide.config.toml', '\nprofile = "other"\n');
    expect(folder.fault({ profile: 'wide' }).error).toBe(
      'HOME/.sallyport/wide.config.toml:2:1: profile can only be set in your own configuration file',
    );
  });
});

describe('old switches', () => {
  it('fill what nobody has set, in whatever layer', () => {
    const folder = new ConfigFolder('smart_approvals = true\n[profiles.x]\napproval_policy = "never"\n');
    expect(folder.load().snapshot).toMatchObject({
      sandboxMode: 'workspace-write',
      approvalPolicy: 'on-request',
      approvalsReviewer: 'guardian_subagent',
    });
    expect(folder.load({ profile: 'x', sandbox: 'read-only' }).snapshot).toMatchObject({
      sandboxMode: 'read-only',
      approvalPolicy: 'never',
      approvalsReviewer: 'guardian_subagent',
    });
    const own = new ConfigFolder('approvals_reviewer = "user"\n[features]\nguardian_approval = true\n');
    expect(own.load().snapshot.approvalsReviewer).toBe('user');
  });

  it('do not take the place of a permission profile', () => {
    const folder = new ConfigFolder('default_permissions = ":read-only"\n');
    expect(folder.load({ overrides: ['smart_approvals=true'] }).snapshot.sandboxMode).toBe('read-only');
  });
});

describe('what is resolved besides', () => {
  it('folders of skills by their real paths, servers by name', () => {
    const folder = new ConfigFolder(
      'skill_folders = ["~/skills", "/opt/skills"]\n[mcp_servers.a]\ntrust_hints = true\n[mcp_servers.b]\ntrust_hints = false\n',
    );
    expect(folder.load().snapshot).toMatchObject({
      skillFolders: [`${folder.home}/skills`, '/opt/skills'],
      trustedMcpServers: ['a'],
    });
  });
});
