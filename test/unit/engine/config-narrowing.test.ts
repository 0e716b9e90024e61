import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainConfig, type LoadedConfig } from '../../../src/engine/config/index.ts';
import narrowing from '../../cases/config/narrowing.json' with { type: 'json' };
import { ConfigFolder } from './config-folder.ts';

/** The user's file that trusts the project of a folder, with more in it. */
function trustToml(folder: ConfigFolder, level: string, more = ''): string {
  return `${more}[projects.${JSON.stringify(folder.workspace)}]\ntrust_level = "${level}"\n`;
}

function loadWith(level: string, project: string, more = ''): { folder: ConfigFolder; config: LoadedConfig } {
  const folder = new ConfigFolder();
  folder.write('.sallyport/config.toml', trustToml(folder, level, more));
  folder.write('work/project/.sallyport/config.toml', project);
  return { folder, config: folder.load() };
}

describe('narrowing', () => {
  it.each(narrowing)('$name', ({ user, project, expected, ignored }) => {
    const { config } = loadWith('trusted', `${project}\n`, user);
    expect(config.snapshot).toMatchObject(expected);
    expect(config.ignored.map(({ key }) => key)).toEqual(ignored);
    const said = config.warnings.filter((text) => text.endsWith('a trusted project can only narrow'));
    expect(said).toHaveLength(ignored.length);
  });

  it('is lifted by full trust', () => {
    const { config } = loadWith('full', 'sandbox_mode = "danger-full-access"\nshell = "/bin/sh"\n');
    expect(config.snapshot).toMatchObject({ sandboxMode: 'danger-full-access', shell: '/bin/sh' });
  });

  it('leaves the strongest word to the person', () => {
    const { folder } = loadWith('trusted', 'sandbox_mode = "read-only"\n');
    expect(folder.load({ sandbox: 'workspace-write' }).snapshot.sandboxMode).toBe('workspace-write');
  });

  it('shows what is ignored, why, and where items of joined lists stand', () => {
    const { folder, config } = loadWith(
      'trusted',
      'protected_paths = ["b"]\nsandbox_mode = "danger-full-access"\n',
      'protected_paths = ["a"]\n',
    );
    const file = join(folder.workspace, '.sallyport', 'config.toml');
    expect(config.snapshot.protectedPaths).toEqual([
      join(folder.workspace, 'a'),
      join(folder.workspace, 'b'),
    ]);
    expect(explainConfig(config, 'protected_paths[1]').place).toBe(`${folder.userFile}:1:20`);
    expect(explainConfig(config, 'protected_paths[2]').place).toBe(`${file}:1:20`);
    expect(explainConfig(config, 'sandbox_mode').ignored).toEqual([
      {
        key: 'sandbox_mode',
        value: 'danger-full-access',
        origin: { layer: 'project', file, line: 2, column: 16 },
        why: 'it is wider than "workspace-write"',
      },
    ]);
  });
});
