import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitLook } from '../../src/engine/session/git-facts.ts';
import { readGitIndex } from '../../src/engine/session/read-git-index.ts';
import { makeFolder } from '../support/real-engine.ts';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder('git-facts', '/var/tmp');
});
afterEach(() => folder.remove());

const at = (name: string): string => join(folder.path, name);

function git(...words: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...identity, ...words], { cwd: folder.path, encoding: 'utf8', stdio: 'pipe' });
}

function put(name: string, text = name): void {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), text);
}

/** Long before the index, so that times can be believed. */
function putOld(name: string, text = name): void {
  put(name, text);
  utimesSync(at(name), 1_600_000_000, 1_600_000_000);
}

const ask = (name: string) => createGitLook().ask(at(name));

interface Names {
  readonly count: number;
  /** How many bytes of the name before go. */
  cut(number: number): number;
  nameOf(number: number): string;
}

/** An index of version 4. */
function makeIndex({ count, cut, nameOf }: Names): Buffer {
  const head = Buffer.from('DIRC\0\0\0\x04\0\0\0\0', 'latin1');
  head.writeUInt32BE(count, 8);
  const cutBytes = (bytes: number): number[] => (bytes < 128 ? [bytes] : [127 + (bytes >> 7), bytes & 127]);
  const entries = Array.from({ length: count }, (_, number) =>
    Buffer.concat([
      Buffer.alloc(62),
      Buffer.from([...cutBytes(cut(number))]),
      Buffer.from(`${nameOf(number)}\0`),
    ]),
  );
  const bytes = Buffer.concat([head, ...entries]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

function makeRepository(...options: string[]): void {
  git('init', '-q', ...options);
  for (const name of ['kept.txt', 'changed.txt', 'src/a.ts', 'src/deep/b.ts', 'mixed/held', 'new/held'])
    putOld(name);
  put('.gitignore', 'build/\n*.log\n!keep.log\n/only-top\n');
  put('src/.gitignore', '*.gen\n!wanted.gen\n');
  symlinkSync('kept.txt', at('link'));
  git('add', '-A');
  git('commit', '-qm', 'first');
  writeFileSync(at('changed.txt'), 'changed.tx2');
}

describe('what git holds of what is to be removed', () => {
  it.each([['sha1'], ['sha256']])('by an index of %s', async (format) => {
    makeRepository(`--object-format=${format}`);
    expect(await ask('kept.txt')).toBe('tracked');
    expect(await ask('changed.txt')).toBe('modified');
    expect(await ask('link')).toBe('tracked');
    expect(await ask('src')).toBe('tracked');
    // another time, the same content
    utimesSync(at('kept.txt'), 1_700_000_000, 1_700_000_000);
    expect(await ask('kept.txt')).toBe('tracked');
  });

  it.each([[2], [3], [4]])('by an index of version %i', async (version) => {
    makeRepository();
    git('update-index', `--index-version=${version}`);
    if (version === 3) git('update-index', '--skip-worktree', 'src/a.ts');
    const said = await Promise.all(['kept.txt', 'changed.txt', 'src/deep/b.ts', 'src'].map(ask));
    expect(said).toEqual(['tracked', 'modified', 'tracked', 'tracked']);
  });

  it('as git itself names files and folders ignored, untracked, or held', async () => {
    makeRepository();
    const ignored = ['build/x', 'a.log', 'src/deep/c.log', 'src/d.gen', 'only-top', 'src/build/y'];
    const untracked = [
      'keep.log',
      'src/wanted.gen',
      'src/only-top',
      'free.txt',
      'tree/with/leaf',
      'ordinary/build',
    ];
    for (const name of [...ignored, ...untracked]) put(name);
    for (const name of ignored) expect(git('check-ignore', '--', name).trim()).toBe(name);
    const listed = git('ls-files', '--others', '--exclude-standard').split('\n');
    for (const name of untracked) expect(listed).toContain(name);
    expect(await Promise.all(ignored.map(ask))).toEqual(ignored.map(() => 'ignored'));
    expect(await Promise.all(untracked.map(ask))).toEqual(untracked.map(() => 'untracked'));
    expect(await ask('build')).toBe('ignored');
    expect(await ask('tree')).toBe('untracked');
    // a folder with files that git does not hold cannot be brought back whole
    expect(await ask('src')).toBe('modified');
    expect(await ask('mixed')).toBe('tracked');
    put('mixed/free');
    expect(await ask('mixed')).toBe('modified');
  });

  it('of a linked worktree, a submodule, a repository inside, and of no repository', async () => {
    makeRepository();
    git('worktree', 'add', '-q', at('tree-of-its-own'));
    expect(await ask('tree-of-its-own/kept.txt')).toBe('tracked');
    git('init', '-q', at('inside'));
    put('inside/x');
    expect(await ask('inside/x')).toBe('untracked');
    expect(await ask('inside')).toBe('modified');
    git('-C', at('inside'), 'add', 'x');
    git('-C', at('inside'), 'commit', '-qm', 'x');
    git('submodule', '--quiet', 'add', at('inside'), 'module');
    expect(await ask('module/x')).toBe('tracked');
    expect(await ask('module')).toBe('unknown');
    rmSync(at('.git'), { recursive: true });
    expect(await ask('kept.txt')).toBe('none');
  });

  it('of a repository without commits, and of a merge that is not settled', async () => {
    git('init', '-q');
    put('first');
    expect(await ask('first')).toBe('untracked');
    git('add', 'first');
    expect(await ask('first')).toBe('tracked');
    git('commit', '-qm', 'first');
    for (const side of ['one', 'two']) {
      git('checkout', '-q', '-b', side, side === 'one' ? 'HEAD' : 'HEAD~1');
      put('first', side);
      git('commit', '-qam', side);
    }
    expect(() => git('merge', '-q', 'one')).toThrow();
    expect(await ask('first')).toBe('modified');
  });

  it('is unknown where the index is cut, changed, split, sparse, huge or no file', async () => {
    makeRepository();
    const index = at('.git/index');
    const bytes = execFileSync('cat', [index]);
    const readings = [0, 4, 12, 60, bytes.length - 30, bytes.length - 1].map((end) =>
      readGitIndex(bytes.subarray(0, end)),
    );
    expect(readings.every((reading) => reading === null)).toBe(true);
    for (let place = 0; place < bytes.length; place += 7) {
      const wrong = Buffer.from(bytes);
      wrong[place] = (wrong[place] ?? 0) ^ 0x41;
      expect(readGitIndex(wrong)).toBe(null);
    }
    git('update-index', '--split-index');
    expect(await ask('kept.txt')).toBe('unknown');
    git('update-index', '--no-split-index');
    expect(await ask('kept.txt')).toBe('tracked');
    rmSync(index);
    execFileSync('mkfifo', [index]);
    expect(await ask('kept.txt')).toBe('unknown');
    rmSync(index);
    symlinkSync('/dev/zero', index);
    expect(await ask('kept.txt')).toBe('unknown');
  });

  it('is unknown, and soon so, where the index or the lists would take long to read', async () => {
    makeRepository();
    // names that grow, each in a few bytes; a great many folders in few entries
    for (const names of [
      { count: 60_000, cut: () => 0, nameOf: () => 'a' },
      {
        count: 4000,
        cut: (number: number) => (number === 0 ? 0 : 4000),
        nameOf: (number: number) => `${number + 1000}`.padEnd(4000, '/x'),
      },
    ]) {
      writeFileSync(at('.git/index'), makeIndex(names));
      expect(await ask('kept.txt')).toBe('unknown');
    }
    rmSync(at('.git/index'));
    git('add', 'kept.txt');
    expect(await ask('kept.txt')).toBe('tracked');
    let deep = '';
    for (let depth = 0; depth < 8; depth++) {
      deep += `${'d'.repeat(200)}/`;
      put(`${deep}.gitignore`, `${'*a'.repeat(100)}b\n`.repeat(900));
    }
    const slow = `${deep}${'a'.repeat(200)}`;
    put(slow);
    expect(await ask(slow)).toBe('unknown');
    put('free');
    put('.gitignore', 'x\n');
    expect(await ask('free')).toBe('untracked');
    put('.gitignore', `${'x'.repeat(300)}\n`);
    expect(await ask('free')).toBe('unknown');
  });

  it('is unknown of folders with more in them than is looked at', async () => {
    makeRepository();
    mkdirSync(at('many'));
    for (let number = 0; number < 4100; number++) writeFileSync(at(`many/${number}`), '');
    expect(await ask('many')).toBe('unknown');
  });
});

describe('a repository that would make git run a program', () => {
  it('is looked at without one', async () => {
    makeRepository();
    put('sparse/x');
    git('add', '-A');
    git('commit', '-qm', 'sparse');
    const tree = git('rev-parse', 'HEAD:sparse').trim();
    git('sparse-checkout', 'init', '--cone', '--sparse-index');
    rmSync(at(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`));
    const told = at('git-ran');
    for (const [key, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', '/nowhere'],
      ['remote.origin.uploadpack', `touch '${told}'; false`],
    ] as const)
      git('config', key, value);
    // git itself falls for it: the trap is one
    git('ls-files', '--', 'kept.txt');
    expect(existsSync(told)).toBe(true);
    rmSync(told);
    put('sparse/x');
    expect(await ask('kept.txt')).toBe('tracked');
    expect(await ask('sparse')).toBe('unknown');
    expect(await ask('sparse/x')).toBe('unknown');
    expect(existsSync(told)).toBe(false);
  });
});
