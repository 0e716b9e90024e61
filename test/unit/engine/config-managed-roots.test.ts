import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigFolder } from './config-folder.ts';

const NONE = '[sandbox_workspace_write]\nwritable_roots = []\n';

function folderWith(user = '', required = NONE): { folder: ConfigFolder; other: string } {
  const folder = new ConfigFolder();
  const other = join(folder.home, 'other');
  mkdirSync(join(other, 'deep'), { recursive: true });
  folder.write('etc/requirements.toml', required.replaceAll('OTHER', other));
  if (user !== '') folder.write('.sallyport/config.toml', user.replaceAll('OTHER', other));
  return { folder, other };
}

const LISTS = 'permission_profile.filesystem.write=["${workspace}","OTHER"]';
const CODEX =
  'default_permissions = "w"\n[permissions.w.filesystem]\n":root" = "read"\n"OTHER" = "write"\n":workspace_roots" = "write"\n';

describe('the origin of a folder that is no item of a list', () => {
  it('is the flag, or the variable', () => {
    const { folder, other } = folderWith('', '');
    const { origins } = folder.load({ addDirs: [join(other, 'deep')] }, { TMPDIR: other });
    expect(origins[join(other, 'deep')]).toEqual({ layer: 'flag', flag: `--add-dir ${join(other, 'deep')}` });
    expect(origins[folder.workspace]).toBeUndefined();
  });
});

describe('required writable roots', () => {
  it('bind folders that a flag adds, and say which', () => {
    const { folder, other } = folderWith();
    const { snapshot, warnings } = folder.load({ addDirs: [other] });
    expect(snapshot.writableRoots).toEqual([folder.workspace]);
    expect(warnings.join('\n')).toContain(
      `--add-dir ${other}: writing in ${other} is not allowed on this machine`,
    );
    expect(warnings.join('\n')).toContain('requirements.toml');
  });

  it('bind a profile of -c, and one in the form of Codex', () => {
    const { folder, other } = folderWith();
    const lists = folder.load({ overrides: [LISTS.replaceAll('OTHER', other)] });
    const codex = folderWith(CODEX);
    for (const [{ snapshot, warnings }, workspace, place] of [
      [lists, folder.workspace, other],
      [codex.folder.load(), codex.folder.workspace, codex.other],
    ] as const) {
      expect(snapshot.writableRoots).toEqual([workspace]);
      expect(snapshot.profile?.entries).toContainEqual(
        expect.objectContaining({ path: place, access: 'read' }),
      );
      expect(snapshot.profile?.entries).not.toContainEqual(
        expect.objectContaining({ path: place, access: 'write' }),
      );
      expect(warnings.join('\n')).toContain(`writing in ${place} is not allowed on this machine`);
    }
  });

  it('leave the workspace writable where an entry above it is left out', () => {
    const { folder } = folderWith();
    const { snapshot } = folder.load({ overrides: ['permission_profile.filesystem.write=["~"]'] });
    expect(snapshot.writableRoots).toEqual([folder.workspace]);
    expect(snapshot.sandboxMode).toBe('workspace-write');
  });

  it('bind a TMPDIR of the one who opens the session', () => {
    const { folder } = folderWith('', NONE);
    mkdirSync('/var/tmp', { recursive: true });
    const { snapshot, warnings } = folder.load({}, { TMPDIR: '/var/tmp' });
    expect(snapshot.writableRoots).toEqual([folder.workspace]);
    expect(warnings.join('\n')).toContain('TMPDIR /var/tmp: writing in');
  });

  it('let through what is at or below one of them, silently', () => {
    const { folder, other } = folderWith('', NONE.replace('[]', '["OTHER"]'));
    const deep = join(other, 'deep');
    const { snapshot, warnings } = folder.load({ addDirs: [deep] });
    expect(snapshot.writableRoots).toEqual([folder.workspace, deep]);
    expect(warnings).toEqual([]);
  });

  it('rule out to have no wall', () => {
    const { folder } = folderWith();
    expect(folder.load({ sandbox: 'danger-full-access' }).snapshot.sandboxMode).toBe('workspace-write');
  });
});
