import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { narrowSettings, narrowWords } from '../../../src/cli/bound-wall.ts';
import { type BareBound, boundBare } from '../../../src/engine/config/index.ts';
import { plainSettings } from '../../../src/engine/sandbox/index.ts';
import { Fault, NO_FLAGS } from '../../../src/protocol/index.ts';
import { ConfigFolder } from './config-folder.ts';

function bound(required: string, changes: Partial<Parameters<typeof boundBare>[0]['flags']> = {}) {
  const folder = new ConfigFolder('sandbox_mode = "read-only"\n');
  const { home, workspace: cwd, requirementsFile } = folder;
  folder.write('etc/requirements.toml', required.replaceAll('HOME', home));
  const { addDirs, allowDomains, denyDomains, limits } = NO_FLAGS;
  const flags = {
    sandbox: 'workspace-write' as const,
    addDirs,
    allowDomains,
    denyDomains,
    limits,
    ...changes,
  };
  return { folder, left: boundBare({ cwd, env: {}, home, requirementsFile, flags }) };
}

describe('what the requirements of a machine leave of a bare run', () => {
  it('is what a session with the same flags would have, and nothing of the user configuration', () => {
    const { folder, left } = bound(
      'allowed_sandbox_modes = ["read-only", "workspace-write"]\nprotected_paths = ["HOME/work/project/keep"]\n' +
        '[permission_profile.filesystem]\ndeny = ["HOME/closed"]\n' +
        '[permission_profile.network]\ndeny = ["*.ads.example"]\n[limits]\nmax_memory = "1GiB"\n',
      { sandbox: 'danger-full-access', allowDomains: ['x.ads.example', 'ok.example'] },
    );
    expect(left).toMatchObject({
      sandboxMode: 'workspace-write',
      denied: [join(folder.home, 'closed')],
      hosts: { allow: ['ok.example'], deny: ['*.ads.example'] },
      protectedPaths: [join(folder.workspace, 'keep')],
    });
    expect(left.limits.memoryBytes).toBe(2 ** 30);
    expect(left.warnings.join('\n')).toContain('is not allowed on this machine');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('sallyport-bare-'))).toEqual([]);
  });

  it('does not look at who is asked, which is nobody', () => {
    for (const policies of ['["never"]', '["untrusted"]', '["granular"]'])
      expect(bound(`allowed_approval_policies = ${policies}\n`).left.warnings).toEqual([]);
  });

  it('is nothing where no narrower mode is left, or the file has a mistake', () => {
    const fault = (required: string, sandbox: 'read-only' | 'workspace-write') => {
      try {
        return bound(required, { sandbox });
      } catch (thrown) {
        return thrown instanceof Fault ? thrown.kind : thrown;
      }
    };
    expect(fault('allowed_sandbox_modes = ["workspace-write"]\n', 'read-only')).toBe('user');
    expect(fault('allowed_sandbox_mode = ["read-only"]\n', 'read-only')).toBe('user');
  });

  it('narrows the words and the wall', () => {
    const { folder, left } = bound('[sandbox_workspace_write]\nwritable_roots = []\n');
    const other = join(folder.home, 'other');
    mkdirSync(other);
    const plain = plainSettings({
      ...{ mode: 'workspace-write' as const, cwd: folder.workspace, env: {}, home: folder.home },
      addDirs: [other],
    });
    const closed: BareBound = { ...left, denied: ['/srv/closed'], tmpWritable: false };
    const settings = narrowSettings(plain, closed);
    expect(plain.writableRoots).toContain(other);
    expect(settings.writableRoots).toEqual([folder.workspace]);
    expect(settings.secretPaths).toContain('/srv/closed');
    expect(settings.tmpWritable).toBe(false);
    const typed = {
      mode: 'danger-full-access' as const,
      ...{ cwd: folder.workspace, addDirs: [], denyRead: [], limits: {}, argv: ['true'] as const },
      hosts: { allow: ['a.example'], deny: [], publish: ['80'] },
    };
    expect(narrowWords(typed, closed)).toMatchObject({
      mode: 'workspace-write',
      hosts: { allow: [], deny: [], publish: ['80'] },
    });
  });
});
