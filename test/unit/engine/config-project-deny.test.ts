import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../../../src/engine/config/index.ts';
import { ConfigFolder } from './config-folder.ts';

const PROFILE = '[permission_profiles.w.filesystem]\nwrite = ["${workspace}"]\n';

function load(user: string, project: string): { folder: ConfigFolder; config: LoadedConfig } {
  const folder = new ConfigFolder();
  const trust = `[projects.${JSON.stringify(folder.workspace)}]\ntrust_level = "trusted"\n`;
  folder.write('.sallyport/config.toml', `${user}${trust}`);
  folder.write('work/project/.sallyport/config.toml', project);
  return { folder, config: folder.load() };
}

describe('what a trusted project denies beside a profile chosen by its name', () => {
  it.each([
    ['one of the user', `default_permissions = "w"\n${PROFILE}`, 'w'],
    ['a built-in one', 'default_permissions = ":workspace"\n', ':workspace'],
  ])('is added to %s', (_name, user, name) => {
    const { folder, config } = load(
      user,
      '[permission_profile]\nfilesystem = { deny = ["${workspace}/private"] }\nnetwork = { deny = ["bad.example"] }\n',
    );
    const { profile, writableRoots, network } = config.snapshot;
    expect(config.warnings).toEqual([]);
    expect(profile?.name).toBe(name);
    expect(writableRoots).toEqual([folder.workspace]);
    expect(profile?.entries).toContainEqual({
      path: join(folder.workspace, 'private'),
      access: 'deny',
      origin: expect.objectContaining({ layer: 'project', line: 2 }),
    });
    expect(network.deny).toEqual(['bad.example']);
  });

  it('is all that is added', () => {
    const { folder, config } = load(
      `default_permissions = "w"\n${PROFILE}`,
      '[permission_profile.filesystem]\nwrite = ["/srv"]\nread = ["/opt"]\ndeny = ["${workspace}/private"]\n',
    );
    const entries = config.snapshot.profile?.entries ?? [];
    expect(entries.map(({ path, access }) => `${access} ${path}`)).toEqual([
      `write ${folder.workspace}`,
      `deny ${join(folder.workspace, 'private')}`,
    ]);
    expect(config.ignored.map(({ key }) => key)).toEqual([
      'permission_profile.filesystem.write',
      'permission_profile.filesystem.read',
    ]);
    expect(config.warnings).toHaveLength(2);
    expect(config.warnings[0]).toMatch(/config\.toml:2:.*filesystem\.write is ignored: it would open more/);
  });

  it('is ignored with a warning where there is no wall', () => {
    const { config } = load(
      'default_permissions = ":danger-full-access"\n',
      '[permission_profile.filesystem]\ndeny = ["${workspace}/private"]\n',
    );
    expect(config.warnings.join('\n')).toContain('permission_profile is ignored: it would open more');
  });
});
