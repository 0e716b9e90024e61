import { execFile } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type ConfigOwner,
  listTrust,
  type TomlEdit,
  writeConfig,
  writeTrust,
} from '../../../src/engine/config/index.ts';
import { Fault } from '../../../src/protocol/index.ts';
import { ConfigFolder } from './config-folder.ts';

const ownerOf = (folder: ConfigFolder): ConfigOwner => ({
  env: {},
  home: folder.home,
  ports: { findSecrets: () => [] },
});
const read = (folder: ConfigFolder): string => readFileSync(folder.userFile, 'utf8');
const set = (path: string[], value: string | boolean): TomlEdit => ({ kind: 'set', path, value });

function faultOf(folder: ConfigFolder, act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Fault) return folder.shorten(`${thrown.kind} ${thrown.code}: ${thrown.message}`);
    throw thrown;
  }
  return 'no fault';
}

describe('writeConfig', () => {
  it('makes a file that only its owner reads, and says what changed', () => {
    const folder = new ConfigFolder();
    const written = writeConfig(ownerOf(folder), [set(['sandbox_mode'], 'read-only')]);
    expect(written).toMatchObject({
      isChanged: true,
      changes: [{ key: 'sandbox_mode', before: undefined, after: 'read-only' }],
    });
    expect(read(folder)).toBe('sandbox_mode = "read-only"\n');
    expect(statSync(folder.userFile).mode & 0o777).toBe(0o600);
    expect(folder.load().snapshot.sandboxMode).toBe('read-only');
  });

  it('keeps comments, unknown keys, mode, byte order mark and line ends', () => {
    const text = '\ufeff# mine\r\nmodel_provider = "x" # Codex\r\nsandbox_mode = "read-only" # why\r\n';
    const folder = new ConfigFolder(text);
    chmodSync(folder.userFile, 0o640);
    writeConfig(ownerOf(folder), [
      set(['sandbox_mode'], 'workspace-write'),
      set(['limits', 'max_time'], '1h'),
    ]);
    expect(read(folder)).toBe(
      `${text.replace('read-only', 'workspace-write')}\r\n[limits]\r\nmax_time = "1h"\r\n`,
    );
    expect(statSync(folder.userFile).mode & 0o777).toBe(0o640);
  });

  it('follows a link, which stays one', () => {
    const folder = new ConfigFolder();
    const real = folder.write('dotfiles/sallyport.toml', '# here\n');
    mkdirSync(join(folder.home, '.sallyport'));
    symlinkSync(real, folder.userFile);
    writeConfig(ownerOf(folder), [set(['tmp'], 'shared')]);
    expect(lstatSync(folder.userFile).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('# here\ntmp = "shared"\n');
    expect(readdirSync(join(folder.home, 'dotfiles'))).toEqual(['sallyport.toml']);
  });

  it('loses no change of several programs at once', async () => {
    const folder = new ConfigFolder('# mine\n');
    const module = join(import.meta.dirname, '../../../src/engine/config/index.ts');
    const keys = ['max_processes', 'max_memory', 'max_file_size', 'max_open_files', 'max_time'];
    const write = (key: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, [
        '--input-type=module',
        '-e',
        `const { writeConfig } = await import(${JSON.stringify(module)});
         const owner = { env: {}, home: ${JSON.stringify(folder.home)}, ports: { findSecrets: () => [] } };
         writeConfig(owner, [{ kind: 'set', path: ['limits', '${key}'], value: 'off' }]);`,
      ]);
    await Promise.all(keys.map(write));
    const lines = read(folder).trim().split('\n');
    expect(lines.slice(0, 3)).toEqual(['# mine', '', '[limits]']);
    expect(lines.slice(3).sort()).toEqual(keys.map((key) => `${key} = "off"`).sort());
  }, 60_000);

  it('writes nothing where nothing changes', () => {
    const folder = new ConfigFolder("sandbox_mode = 'read-only'\n");
    const before = statSync(folder.userFile).mtimeMs;
    expect(writeConfig(ownerOf(folder), [set(['sandbox_mode'], 'read-only')]).isChanged).toBe(false);
    expect(statSync(folder.userFile).mtimeMs).toBe(before);
  });

  it.each([
    ['a wrong value', '', set(['sandbox_mode'], 'all'), 'FILE:1:16: sandbox_mode must be one of'],
    [
      'an unknown key',
      '# top\n',
      set(['sandbox_mod'], 'all'),
      'FILE:2:1: unknown key sandbox_mod; did you mean sandbox_mode?',
    ],
    ['a key below a text', 'tmp = "shared"\n', set(['tmp', 'x'], 'y'), 'FILE:1:1: tmp is not a table'],
    ['a broken file', 'tmp = "sha\n', set(['tmp'], 'shared'), 'FILE:1:11: not valid TOML'],
  ])('refuses %s and leaves the file as it is', (_name, text, edit, message) => {
    const folder = new ConfigFolder(text);
    const said = faultOf(folder, () => writeConfig(ownerOf(folder), [edit]));
    expect(said).toContain(message);
    expect(said).toMatch(/^user /);
    expect(read(folder)).toBe(text);
    expect(readdirSync(join(folder.home, '.sallyport')).sort()).toEqual(['config.lock', 'config.toml']);
  });

  it('takes a mistake away, though another one is left', () => {
    const folder = new ConfigFolder('nonsense = 1\nmore_nonsense = 2\n');
    const written = writeConfig(ownerOf(folder), [{ kind: 'unset', path: ['nonsense'] }]);
    expect(folder.shorten(written.remaining ?? '')).toContain('FILE:1:1: unknown key more_nonsense');
    expect(read(folder)).toBe('more_nonsense = 2\n');
    expect(faultOf(folder, () => writeConfig(ownerOf(folder), [set(['tmp'], 'shared')]))).toContain(
      'not written',
    );
  });

  it('says where it cannot write', () => {
    const folder = new ConfigFolder();
    writeFileSync(join(folder.home, 'file'), '');
    mkdirSync(join(folder.home, '.sallyport'));
    symlinkSync(join(folder.home, 'file', 'below'), folder.userFile);
    expect(faultOf(folder, () => writeConfig(ownerOf(folder), [set(['tmp'], 'shared')]))).toMatch(
      /^user config-(?:unwritable|unreadable): FILE: /,
    );
  });
});

describe('writeTrust', () => {
  it('writes the real path, and finds entries that name it in another way', () => {
    const folder = new ConfigFolder();
    const owner = ownerOf(folder);
    symlinkSync(folder.workspace, join(folder.home, 'link'));
    writeTrust(owner, join(folder.home, 'link'), 'trusted');
    expect(listTrust(owner)).toEqual([{ folder: folder.workspace, level: 'trusted' }]);
    writeConfig(owner, [set(['projects', '~/link', 'trust_level'], 'full')]);
    writeTrust(owner, folder.workspace, 'untrusted');
    expect(listTrust(owner)).toEqual([
      { folder: folder.workspace, level: 'untrusted' },
      { folder: '~/link', level: 'untrusted' },
    ]);
  });

  it('refuses what is far more than a project, unless that is meant', () => {
    const folder = new ConfigFolder();
    const owner = ownerOf(folder);
    const open = join(folder.home, 'open');
    mkdirSync(open);
    chmodSync(open, 0o1777);
    symlinkSync('/', join(folder.home, 'root'));
    const wide: [string, string][] = [
      ['/', '/ is every folder of this machine'],
      [join(folder.home, 'root'), '/ is every folder of this machine'],
      [folder.home, 'HOME is your home folder'],
      [dirname(folder.home), 'holds your home folder'],
      [open, 'HOME/open can be written by everybody on this machine'],
    ];
    for (const [path, words] of wide) {
      const fault = faultOf(folder, () => writeTrust(owner, path, 'trusted'));
      expect(fault).toMatch(/^user trust-too-wide: Not trusted: /);
      expect(fault).toContain(words);
    }
    expect(faultOf(folder, () => writeTrust(owner, '/', 'full'))).toContain(
      'could widen what sessions may do',
    );
    expect(listTrust(owner)).toEqual([]);
    expect(writeTrust(owner, '/', 'trusted', { isMeant: true }).warning).toContain('every folder');
    expect(listTrust(owner)).toEqual([{ folder: '/', level: 'trusted' }]);
    expect(writeTrust(owner, '/', 'untrusted').warning).toBeUndefined();
    expect(writeTrust(owner, folder.workspace, 'full').warning).toBeUndefined();
  });

  it('refuses a folder that is none', () => {
    const folder = new ConfigFolder();
    expect(faultOf(folder, () => writeTrust(ownerOf(folder), join(folder.home, 'none'), 'full'))).toBe(
      'user no-such-folder: There is no folder HOME/none',
    );
  });
});
