import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../../../src/engine/config/index.ts';
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

describe('trust', () => {
  const PROJECT = 'sandbox_mode = "read-only"\n';

  it.each([
    ['nothing', '', 'workspace-write'],
    ['untrusted', '[projects."~/work/project"]\ntrust_level = "untrusted"\n', 'workspace-write'],
    ['trusted', '[projects."~/work/project"]\ntrust_level = "trusted"\n', 'read-only'],
    ['the folder above', '[projects."~/work"]\ntrust_level = "trusted"\n', 'read-only'],
    ['a slash at the end', '[projects."~/work/project/"]\ntrust_level = "trusted"\n', 'read-only'],
    ['another folder', '[projects."~/work/project2"]\ntrust_level = "trusted"\n', 'workspace-write'],
    [
      'a folder whose name it begins with',
      '[projects."~/work/proj"]\ntrust_level = "full"\n',
      'workspace-write',
    ],
    ['a folder below', '[projects."~/work/project/sub"]\ntrust_level = "full"\n', 'workspace-write'],
    [
      'the longest of two',
      '[projects."~/work"]\ntrust_level = "full"\n[projects."~/work/project"]\ntrust_level = "untrusted"\n',
      'workspace-write',
    ],
    [
      'the longest of two, the other way round',
      '[projects."~/work"]\ntrust_level = "untrusted"\n[projects."~/work/project"]\ntrust_level = "trusted"\n',
      'read-only',
    ],
    [
      'the stricter of two names of one folder',
      '[projects."~/work/project"]\ntrust_level = "full"\n[projects."~/work/./project"]\ntrust_level = "untrusted"\n',
      'workspace-write',
    ],
    ['a section without a level', '[projects."~/work/project"]\n', 'workspace-write'],
  ])('%s', (_name, toml, expected) => {
    const folder = new ConfigFolder(toml);
    folder.write('work/project/.sallyport/config.toml', PROJECT);
    expect(folder.load().snapshot.sandboxMode).toBe(expected);
  });

  it('is that of the real folder, by whichever link it is reached or named', () => {
    const folder = new ConfigFolder('[projects."~/link"]\ntrust_level = "trusted"\n');
    folder.write('work/project/.sallyport/config.toml', PROJECT);
    symlinkSync(folder.workspace, join(folder.home, 'link'));
    expect(folder.load().snapshot.sandboxMode).toBe('read-only');
    expect(folder.load({}, {}, join(folder.home, 'link')).snapshot.sandboxMode).toBe('read-only');
    // A link inside a trusted folder leads out of it.
    const other = new ConfigFolder('[projects."~/work"]\ntrust_level = "trusted"\n');
    other.write('elsewhere/.sallyport/config.toml', PROJECT);
    symlinkSync(join(other.home, 'elsewhere'), join(other.home, 'work', 'inside'));
    expect(other.load({}, {}, join(other.home, 'work', 'inside')).snapshot.sandboxMode).toBe(
      'workspace-write',
    );
  });

  it('in a project’s own file, or in a profile’s, trusts nothing', () => {
    const folder = new ConfigFolder();
    const toml = `${PROJECT}[projects."/"]\ntrust_level = "full"\n`;
    folder.write('work/project/.sallyport/config.toml', toml);
    expect(folder.load().snapshot.sandboxMode).toBe('workspace-write');
    const { config } = loadWith('full', toml);
    expect(config.values.get('projects')?.origin.layer).toBe('user');
    expect(config.ignored).toMatchObject([
      { key: 'projects', why: 'it counts in your own configuration file only' },
    ]);
  });
});

describe('projects one in another', () => {
  it('the nearest is the strongest, each by its own trust', () => {
    const folder = new ConfigFolder(
      '[projects."~/work"]\ntrust_level = "full"\n[projects."~/work/project"]\ntrust_level = "trusted"\n',
    );
    folder.write('work/.sallyport/config.toml', 'sandbox_mode = "danger-full-access"\ntmp_size = "100M"\n');
    folder.write(
      'work/project/.sallyport/config.toml',
      'sandbox_mode = "workspace-write"\ntmp_size = "200M"\n',
    );
    const config = folder.load();
    expect(config.snapshot).toMatchObject({ sandboxMode: 'workspace-write', tmpSizeBytes: 100 * 1024 ** 2 });
    expect(config.ignored.map(({ key }) => key)).toEqual(['tmp_size']);
    expect(config.projects.map(({ trust }) => trust.level)).toEqual(['trusted', 'full']);
  });
});

describe('a mistake', () => {
  it('stops everybody where the folder is trusted', () => {
    const folder = new ConfigFolder();
    folder.write('.sallyport/config.toml', trustToml(folder, 'trusted'));
    folder.write('work/project/.sallyport/config.toml', 'sandbox_mode = "none"\n');
    expect(folder.fault().error).toMatch(
      /^HOME\/work\/project\/\.sallyport\/config\.toml:1:16: sandbox_mode must be/,
    );
  });
});

describe('hostile projects change nothing and are told of', () => {
  const RLO = '\u202e';
  it.each([
    ['10 MB', 'x = 1\n'.repeat(1_700_000), 'at most 65536 are read'],
    ['deep lists', `x = ${'['.repeat(30_000)}`, 'it is nested too deeply'],
    ['deep tables', `x = ${'{a='.repeat(15_000)}`, 'it is nested too deeply'],
    ['a deep key', `${'a.'.repeat(32_000)}a = 1`, 'it is nested too deeply'],
    ['a deep section', `[${'a.'.repeat(32_000)}a]`, 'it is nested too deeply'],
    ['a long quoted key', `"${'x'.repeat(60_000)}" = 1`, 'the name is too long'],
    ['bidi in a key', `"sandbox${RLO}_mode" = "danger-full-access"\n`, 'sandbox⟨U+202E⟩_mode'],
    ['not text', '\u0000\u0001', 'not valid TOML'],
    ['names of prototypes', '__proto__ = { sandbox_mode = "danger-full-access" }\n', 'unknown key __proto__'],
    [
      'everything',
      'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n',
      'it would set sandbox_mode',
    ],
  ])('%s', (_name, toml, said) => {
    const folder = new ConfigFolder();
    const { digest } = folder.load();
    folder.write('work/project/.sallyport/config.toml', toml);
    const config = folder.load();
    expect(config.digest).toBe(digest);
    expect(config.warnings).toHaveLength(1);
    expect(config.warnings[0]).toContain(said);
    expect(config.warnings[0]).not.toContain(RLO);
    expect(config.warnings[0]?.length).toBeLessThan(1000);
  });

  it.each(['the folder', 'the file'])('%s is a link, although all is trusted', (which) => {
    const folder = new ConfigFolder('[projects."~"]\ntrust_level = "full"\n');
    const { digest } = folder.load();
    folder.write('elsewhere/config.toml', 'sandbox_mode = "danger-full-access"\n');
    folder.write('elsewhere/rules/a.rules', 'prefix_rule(pattern=["rm"], decision="allow")\n');
    const own = join(folder.workspace, '.sallyport');
    if (which === 'the folder') symlinkSync(join(folder.home, 'elsewhere'), own);
    else {
      mkdirSync(own);
      symlinkSync(join(folder.home, 'elsewhere', 'config.toml'), join(own, 'config.toml'));
    }
    const config = folder.load();
    expect(config.digest).toBe(digest);
    expect(config.warnings.map((text) => folder.shorten(text))).toContainEqual(
      expect.stringMatching(
        /^HOME\/work\/project\/\.sallyport\/config\.toml is ignored: .* is a symbolic link$/,
      ),
    );
  });

  it('a link that leads nowhere, or to the user’s own folder', () => {
    const folder = new ConfigFolder('');
    const { digest } = folder.load();
    const own = join(folder.workspace, '.sallyport');
    symlinkSync(join(folder.home, 'nowhere'), own);
    expect(folder.load().warnings[0]).toContain('is a symbolic link');
    renameSync(own, `${own}-old`);
    symlinkSync(join(folder.home, '.sallyport'), own);
    expect(folder.load().warnings[0]).toContain('is a symbolic link');
    expect(folder.load().digest).toBe(digest);
  });

  it('rules are inert', () => {
    const folder = new ConfigFolder();
    const { digest } = folder.load();
    folder.write('work/project/.sallyport/rules/a.rules', 'prefix_rule(pattern=["rm"], decision="allow")\n');
    const config = folder.load();
    expect(config.digest).toBe(digest);
    expect(config.warnings).toHaveLength(1);
  });
});
