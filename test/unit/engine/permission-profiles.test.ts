/** Permission profiles in a configuration: mistakes with their places, which one is in force, and what it comes to. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  compareProfiles,
  inspectProfile,
  type LoadedConfig,
  listProfiles,
} from '../../../src/engine/config/index.ts';
import { classifyPath } from '../../../src/policy/index.ts';
import mistakes from '../../cases/profiles/mistakes.json' with { type: 'json' };
import { ConfigFolder } from './config-folder.ts';

const LISTS = '[permission_profile.filesystem]\nread = ["${workspace}"]\nwrite = ["~/out"]\n';

function load(toml: string, folders: readonly string[] = []): { config: LoadedConfig; place: ConfigFolder } {
  const place = new ConfigFolder(toml);
  for (const folder of folders) mkdirSync(join(place.home, folder), { recursive: true });
  return { config: place.load(), place };
}

function inspect(toml: string, folders: readonly string[] = []) {
  const { config, place } = load(toml, folders);
  const secretPaths = [join(place.home, '.ssh')];
  return { place, input: { config, env: { PATH: '/usr/bin' }, secretPaths } };
}

describe('a mistake is one error with its place and the way out', () => {
  it.each(mistakes)('$name', ({ toml, error, hint }) => {
    expect(new ConfigFolder(toml).fault()).toEqual({ error, hint });
  });

  it('a path of the workspace that leads out of it', () => {
    const place = new ConfigFolder('[permission_profile.filesystem]\nread = ["${workspace}/link"]');
    mkdirSync(join(place.home, '.ssh'));
    symlinkSync(join(place.home, '.ssh'), join(place.workspace, 'link'));
    expect(place.fault().error).toBe(
      'FILE:2:9: "${workspace}/link" lies in the workspace but leads to HOME/.ssh',
    );
  });

  it.each([
    ['a link', (file: string) => symlinkSync('/etc/passwd', file), 'cannot be read, or is a symbolic link'],
    ['a folder', (file: string) => mkdirSync(file), 'is not a regular file'],
    [
      'too long',
      (file: string) => writeFileSync(file, 'x'.repeat(70_000)),
      'is 70000 bytes long; at most 65536 are read',
    ],
    [
      'too many lines',
      (file: string) => writeFileSync(file, 'x\n'.repeat(2000)),
      'has 2001 lines; at most 1000 are read',
    ],
  ])('.sallyportignore as %s', (_name, make, what) => {
    const place = new ConfigFolder();
    make(join(place.workspace, '.sallyportignore'));
    expect(place.fault().error).toBe(`HOME/work/project/.sallyportignore: ${what}`);
  });
});

describe('which profile is in force', () => {
  it('hosts alone leave the mode in force', () => {
    const { config } = load('permission_profile.network = { allow = ["example.com"], deny = ["*"] }');
    expect(config.snapshot).toMatchObject({ profile: null, sandboxMode: 'workspace-write' });
    expect(config.snapshot.network).toMatchObject({ allow: ['example.com'], deny: ['*'] });
  });

  it('one in the place of the mode of the same layer, said', () => {
    const { config, place } = load(`sandbox_mode = "read-only"\n${LISTS}`, ['out']);
    expect(config.snapshot).toMatchObject({
      sandboxMode: 'workspace-write',
      writableRoots: [join(place.home, 'out')],
      networkAccess: false,
      tmpWritable: true,
    });
    expect(config.warnings.map((text) => place.shorten(text))).toEqual([
      'FILE:1:16: sandbox_mode does nothing: permission_profile (FILE:2:2) stands in its place',
    ]);
  });

  it('not against a mode of a stronger layer, said', () => {
    const place = new ConfigFolder(LISTS);
    const config = place.load({ sandbox: 'read-only' });
    expect(config.snapshot).toMatchObject({ sandboxMode: 'read-only', profile: null, writableRoots: [] });
    expect(place.warnings({ sandbox: 'read-only' })).toContainEqual(
      expect.stringContaining('FILE:1:2: permission_profile is not in force: sandbox_mode'),
    );
  });

  it('none by itself, said', () => {
    expect(new ConfigFolder('[permission_profiles.a]\n').warnings()).toEqual([
      'FILE:1:1: no permission profile is in force: default_permissions chooses one',
    ]);
  });

  it('without a wall', () => {
    const { config } = load('default_permissions = ":danger-full-access"');
    expect(config.snapshot).toMatchObject({ sandboxMode: 'danger-full-access', networkAccess: true });
  });

  it('with the switches of the mode doing nothing, said', () => {
    const toml = `sandbox_workspace_write.network_access = true\n${LISTS}`;
    expect(new ConfigFolder(toml).warnings()).toContain(
      'FILE:1:42: sandbox_workspace_write.network_access does nothing beside a permission profile',
    );
  });
});

describe('what a profile comes to', () => {
  it('a folder that does not exist is skipped, said', () => {
    const { config, place } = load(LISTS);
    expect(config.snapshot).toMatchObject({ sandboxMode: 'read-only', writableRoots: [] });
    expect(config.warnings.map((text) => place.shorten(text))).toContain(
      'FILE:3:10: the writable path "~/out" does not exist: skipped',
    );
  });

  it('a protected name stays so', () => {
    const toml = '[permission_profile.filesystem]\nwrite = ["${workspace}", "${workspace}/.git/objects"]';
    const { config, place } = load(toml, ['work/project/.git/objects']);
    expect(config.snapshot.writableRoots).toEqual([place.workspace]);
    expect(classifyPath(join(place.workspace, '.git/objects/x'), config.snapshot)).toBe('protected');
    expect(config.warnings.map((text) => place.shorten(text))).toEqual([
      'FILE:2:26: HOME/work/project/.git/objects is protected and stays read-only',
    ]);
  });

  it('an added folder is one more entry', () => {
    const place = new ConfigFolder(LISTS);
    for (const name of ['out', 'more']) mkdirSync(join(place.home, name));
    const { snapshot } = place.load({ addDirs: [join(place.home, 'more')] });
    expect(snapshot.writableRoots).toEqual([join(place.home, 'out'), join(place.home, 'more')]);
    expect(classifyPath(join(place.home, 'more/x'), snapshot)).toBe('inside');
  });

  it('secrets stay so in what may be read, but for one that is named', () => {
    const names = (toml: string) => {
      const { config, place } = load(toml, ['.ssh']);
      return classifyPath(join(place.home, '.ssh/id'), config.snapshot);
    };
    expect(names('permission_profile.filesystem.read = ["~"]')).toBe('secret');
    expect(names('permission_profile.filesystem.read = ["~", "~/.ssh"]')).toBe('outside');
    expect(names('permission_profile.filesystem.read = ["~", "~/.ssh/id"]')).toBe('outside');
  });

  it('the workspace of an odd name is no pattern', () => {
    const place = new ConfigFolder('[permission_profile.filesystem]\ndeny = ["${workspace}/*.key"]');
    const cwd = join(place.home, 'work/[ab]*');
    mkdirSync(cwd);
    const { snapshot } = place.load({}, {}, cwd);
    expect(snapshot.profile?.denyGlobs).toEqual([`${place.home}/work/\\[ab\\]\\*/*.key`]);
    expect(classifyPath(join(cwd, 'x.key'), snapshot)).toBe('denied');
    expect(classifyPath(join(place.home, 'work/a/x.key'), snapshot)).not.toBe('denied');
  });
});

describe('looking at profiles', () => {
  const NAMED = `default_permissions = "docs"
[permission_profiles.base]
extends = ":workspace"
description = "As usual"
[permission_profiles.docs]
extends = "base"
network.allow = ["*", "api.example.com", "*.com"]
[permission_profiles.docs.filesystem]
write = ["~", "~/gone"]
deny = ["~/x", "/srv/**/*.pem"]
read = ["~/.ssh", "~/x"]
`;

  it('lists them', () => {
    const { input, place } = inspect(NAMED);
    const rows = listProfiles(input).map((row) => [
      row.isInForce,
      row.name,
      row.extends,
      place.shorten(row.place),
    ]);
    expect(rows).toEqual([
      [false, 'base', ':workspace', 'FILE:2:1'],
      [true, 'docs', 'base', 'FILE:5:1'],
      [false, ':read-only', undefined, 'built in'],
      [false, ':workspace', undefined, 'built in'],
      [false, ':danger-full-access', undefined, 'built in'],
    ]);
  });

  it('finds what is probably not meant', () => {
    const { input, place } = inspect(NAMED, ['.ssh']);
    const found = inspectProfile('docs', input).findings.map(({ code, text, origin }) =>
      place.shorten(`${origin.line}: ${code}: ${text}`),
    );
    expect(found).toEqual([
      '9: note: the writable path "~/gone" does not exist: skipped',
      '10: contradiction: ~/x is to be read and denied: the stricter counts',
      '9: writes-home: HOME holds the whole home folder: all of it may be written',
      '11: opens-secret: HOME/.ssh is a secret (HOME/.ssh), and can be read',
      '10: missing: HOME/x does not exist',
      '7: broad-host: * allows every host: nothing is asked about',
      '7: shadowed: api.example.com is allowed already, by *',
      '7: broad-host: *.com allows a whole top-level domain',
      '7: shadowed: *.com is allowed already, by *',
    ]);
  });

  it('says what differs', () => {
    const { input, place } = inspect(NAMED, ['x']);
    const rows = compareProfiles(':read-only', ':workspace', input).map((row) => ({
      ...row,
      what: place.shorten(row.what),
    }));
    expect(rows).toEqual([
      { kind: 'path', what: 'HOME/work/project', from: 'read', to: 'write', isWider: true },
    ]);
    expect(compareProfiles('docs', 'docs', input)).toEqual([]);
    expect(compareProfiles('docs', ':workspace', input)).toContainEqual({
      ...{ kind: 'pattern', what: '/srv/**/*.pem', from: 'deny', to: 'none', isWider: true },
    });
  });
});
