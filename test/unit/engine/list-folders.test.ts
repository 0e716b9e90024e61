import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFolders } from '../../../src/engine/list-folders.ts';
import { makeFolder } from '../../support/real-engine.ts';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
  for (const name of ['project', 'program', 'other', '.hidden', 'project/src'])
    mkdirSync(join(folder.path, name));
  writeFileSync(join(folder.path, 'profile.txt'), '');
  symlinkSync('project', join(folder.path, 'pro-link'));
  symlinkSync('missing', join(folder.path, 'pro-dead'));
  symlinkSync('pro-loop', join(folder.path, 'pro-loop'));
});
afterEach(() => folder.remove());

describe('folders for a form', () => {
  const rows: readonly [typed: string, folders: readonly string[], exists: boolean][] = [
    ['/', ['other', 'pro-link', 'program', 'project'], true],
    ['', ['HERE'], true],
    ['/pro', ['pro-link', 'program', 'project'], false],
    ['/project', ['project'], true],
    ['/project/', ['src'], true],
    ['/pro-link/s', ['src'], false],
    ['/.', ['.hidden'], true],
    ['/.h', ['.hidden'], false],
    ['/x', [], false],
    ['/profile.txt', [], false],
    ['/profile.txt/', [], false],
    ['/pro-loop/', [], false],
    ['/\0', [], false],
  ];
  it.each(rows)('%j', async (typed, folders, exists) => {
    const names = folders.map((name) => (name === 'HERE' ? folder.path.split('/').at(-1) : name));
    expect(await listFolders(`${folder.path}${typed}`, '/root')).toEqual({ folders: names, exists });
    expect(await listFolders(`~${typed}`, folder.path)).toEqual({
      folders: typed === '' ? [] : names,
      exists,
    });
  });

  it.each(['', 'project', './project', '~other/x'])('knows nothing of %j', async (typed) => {
    expect(await listFolders(typed, folder.path)).toEqual({ folders: [], exists: false });
  });

  it('gives at most 100 names, in order', async () => {
    const many = join(folder.path, 'project', 'src');
    for (let index = 0; index < 150; index++) mkdirSync(join(many, `f${String(index).padStart(3, '0')}`));
    const { folders } = await listFolders(`${many}/`, '/');
    expect(folders).toHaveLength(100);
    expect([folders[0], folders[99]]).toEqual(['f000', 'f099']);
  });

  it.skipIf(process.getuid?.() === 0)('has nothing for a folder that may not be read', async () => {
    const closed = join(folder.path, 'other');
    chmodSync(closed, 0o000);
    expect(await listFolders(`${closed}/`, '/')).toEqual({ folders: [], exists: true });
    chmodSync(closed, 0o700);
  });
});
