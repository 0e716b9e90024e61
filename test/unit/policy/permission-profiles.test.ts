/** What the lists of a profile and of `.sallyportignore` say of paths. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classifyPath, decidePath, judgeStep, splitScript } from '../../../src/policy/index.ts';
import type { AccessProfile, PathEntry } from '../../../src/protocol/index.ts';
import { makeRandom } from '../../support/seeded-random.ts';
import { makeFacts, makeSnapshot, WORKSPACE } from './judge-fixture.ts';

const entry = (path: string, access: PathEntry['access']): PathEntry => ({ path, access });

function profileOf(changes: Partial<AccessProfile>): AccessProfile {
  return { name: 'p', extends: [], readsAll: true, entries: [], denyGlobs: [], ...changes };
}

function decide(path: string, changes: Partial<AccessProfile>, secretPaths: readonly string[] = []): string {
  return decidePath(path, { profile: profileOf(changes), ignored: null, secretPaths: [...secretPaths] }).kind;
}

describe('of entries', () => {
  it('the longest decides, at any depth', () => {
    const entries = [
      entry('/a', 'write'),
      entry('/a/b', 'deny'),
      entry('/a/b/c', 'read'),
      entry('/a/b/c/d', 'write'),
    ];
    const found = ['/', '/x', '/ab', '/a', '/a/x', '/a/b', '/a/b/x', '/a/b/c/x', '/a/b/c/d/e/f'].map((path) =>
      decide(path, { entries }),
    );
    expect(found).toEqual(['open', 'open', 'open', 'write', 'write', 'deny', 'deny', 'read', 'write']);
  });

  it('of the same path the strictest decides, in any order', () => {
    for (const order of [
      ['read', 'write', 'deny'],
      ['deny', 'write', 'read'],
    ] as const)
      expect(decide('/a/x', { entries: order.map((access) => entry('/a', access)) })).toBe('deny');
    expect(decide('/a/x', { entries: [entry('/a', 'write'), entry('/a', 'read')] })).toBe('write');
  });

  it('without one nothing is read where what may be read is listed, but the names at the top', () => {
    const entries = [entry('/usr', 'read')];
    const found = ['/', '/usr/bin/x', '/usr2', '/home'].map((path) =>
      decide(path, { readsAll: false, entries }),
    );
    expect(found).toEqual(['open', 'read', 'unlisted', 'unlisted']);
  });

  it('a secret is beaten by an entry for itself or below, not by one above', () => {
    const kind = (path: string) => decide('/h/.ssh/id', { entries: [entry(path, 'read')] }, ['/h/.ssh']);
    expect(['/h', '/h/.ssh', '/h/.ssh/id', '/h/.ssh/other'].map(kind)).toEqual([
      'secret',
      'read',
      'read',
      'secret',
    ]);
  });
});

describe('patterns', () => {
  it.each([
    ['/a/*.log', ['/a/x.log', '/a/.log', '/a/x.log/y'], ['/a/x.logs', '/a/b/x.log', '/x.log']],
    ['/a/**/k', ['/a/k', '/a/b/k', '/a/b/c/k/d'], ['/k', '/a/kk', '/a/b/k2']],
    ['/a/**', ['/a/b', '/a/b/c'], ['/a', '/ab']],
    ['/a/?[!b-d]e', ['/a/xae', '/a/x.e'], ['/a/xbe', '/a/xe', '/a/xxae']],
    ['/a/[]x]', ['/a/]', '/a/x'], ['/a/y']],
    ['/a/\\*', ['/a/*'], ['/a/b']],
    ['/a/[b', ['/a/[b'], ['/a/b']],
    ['/a/é?', ['/a/é😀'], ['/a/é']],
  ])('%s', (glob, fitting, other) => {
    const changes = { denyGlobs: [glob], entries: [entry('/a', 'write')] };
    for (const path of fitting) expect(decide(path, changes), path).toBe('deny-glob');
    for (const path of other) expect(decide(path, changes), path).not.toBe('deny-glob');
  });

  it('take no time for hostile names', () => {
    const denyGlobs = [`/${'*a'.repeat(50)}b`, `/${'**/a*/'.repeat(30)}b`];
    const path = `/${'a'.repeat(255)}/${'a/'.repeat(1900)}x`;
    const before = performance.now();
    expect(decide(path, { denyGlobs })).toBe('open');
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});

describe('.sallyportignore hides what git would ignore', () => {
  const PARTS = ['a', 'b', 'docs', 'x.log', 'build', '.env', 'a b', '#c', '!d', 'key.pem', 'deep'];
  const PATTERNS = [
    ...['*.log', '/docs', 'docs/', 'build/*', '!build/a', '**/deep', 'a/**/b', 'docs/**', '\\#c', '\\!d'],
    ...[
      '.env*',
      '!x.log',
      '/a/*',
      '!/a/b',
      '[ab]',
      '*.p?m',
      '# all',
      '',
      'a b',
      'deep/a/',
      '!/docs/a/',
      '/*/b',
    ],
  ];
  const hasGit = spawnSync('git', ['--version']).status === 0;

  it.skipIf(!hasGit)('as git itself says, for 60 generated files and 40 paths each', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ignored-'));
    execFileSync('git', ['init', '-q', folder]);
    const random = makeRandom(52);
    const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
    const many = (list: readonly string[], most: number) =>
      Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(list));
    let hidden = 0;
    for (let round = 0; round < 60; round++) {
      const lines = many(PATTERNS, 6);
      writeFileSync(join(folder, '.gitignore'), lines.join('\n'));
      // Files below folders that nothing is in: git takes what does not exist for a file.
      const paths = [...new Set(Array.from({ length: 40 }, () => many(PARTS, 4).join('/')))];
      const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], {
        cwd: folder,
        input: paths.map((path) => `${path}/leaf.txt`).join('\0'),
        encoding: 'utf8',
      });
      const ignored = new Set(stdout.split('\0').filter((path) => path !== ''));
      for (const path of paths) {
        const leaf = `${path}/leaf.txt`;
        const found = decidePath(`/w/${leaf}`, { ignored: { folder: '/w', lines }, secretPaths: [] });
        expect(found.kind === 'ignored', `${leaf} by ${JSON.stringify(lines)}`).toBe(ignored.has(leaf));
        hidden += Number(ignored.has(leaf));
      }
    }
    rmSync(folder, { recursive: true });
    expect(hidden).toBeGreaterThan(300);
  });

  it('hides nothing outside its folder, and not the folder', () => {
    const ignored = { folder: '/w', lines: ['*'] };
    const kinds = ['/w', '/wx', '/x', '/w/x'].map(
      (path) => decidePath(path, { ignored, secretPaths: [] }).kind,
    );
    expect(kinds).toEqual(['open', 'open', 'open', 'ignored']);
  });
});

describe('steps under a profile', () => {
  const judge = (script: string, changes: Partial<AccessProfile>, kind?: 'missing') => {
    const [step] = splitScript(script).steps;
    if (step === undefined) throw new Error('no step');
    const snapshot = makeSnapshot({
      profile: profileOf(changes),
      ignored: { folder: WORKSPACE, lines: ['*.key'] },
    });
    return judgeStep(step, snapshot, makeFacts(step, kind === undefined ? {} : { kind }));
  };
  const restricted = { readsAll: false, entries: [entry(WORKSPACE, 'write'), entry('/usr', 'read')] };

  it.each([
    ['cat /home/u/notes/x', 'unreadable-path', 'which is not among what the profile p lets sessions read'],
    ['cat server.key', 'denied-path', 'which line 1 of .sallyportignore hides'],
  ])('%s is asked about, with the least grant and the reason', (script, code, text) => {
    const judged = judge(script, restricted);
    expect(judged).toMatchObject({ verdict: 'ask', category: 'outside' });
    const reason = judged.reasons.find((item) => item.code === code);
    expect(reason?.text).toContain(text);
    expect(judged.grant?.read).toHaveLength(1);
  });

  it('what is not there needs no question to be read', () => {
    for (const script of ['cat /home/u/notes/none', 'cat server.key', 'cat ~/.ssh/none'])
      expect(judge(script, restricted, 'missing')).toMatchObject({ verdict: 'allow', category: 'harmless' });
  });

  it('a denied name that is to be made where the session writes opens nothing', () => {
    for (const script of ['touch server.key', 'echo x > server.key']) {
      const judged = judge(script, restricted, 'missing');
      expect(judged).toMatchObject({ verdict: 'ask', category: 'outside' });
      expect(judged.grant).toBeUndefined();
      expect(judged.reasons.map(({ code }) => code)).not.toContain('grant-folder');
    }
    expect(judge('touch server.key /out/new', restricted, 'missing').grant?.write).toEqual(['/out']);
    expect(judge('touch server.key', restricted).grant?.write).toEqual([`${WORKSPACE}/server.key`]);
  });

  it('names the entry that denies, and its place', () => {
    const origin = { layer: 'user' as const, file: '/home/u/.sallyport/config.toml', line: 7, column: 3 };
    const denied = { entries: [entry(WORKSPACE, 'write'), { ...entry(`${WORKSPACE}/x`, 'deny'), origin }] };
    const texts = judge('cat x/y', denied).reasons.map(({ text }) => text);
    expect(texts.join(' ')).toContain(
      'which the profile p denies (/home/u/project/x, /home/u/.sallyport/config.toml:7)',
    );
  });

  it('a rule of 200 entries is looked up, not searched', () => {
    const many = Array.from({ length: 200 }, (_, at) =>
      entry(`${WORKSPACE}/d${at}`, at % 2 === 0 ? 'read' : 'deny'),
    );
    const snapshot = makeSnapshot({ profile: profileOf({ entries: [entry(WORKSPACE, 'write'), ...many] }) });
    const places = ['d0/x', 'd1/x', 'd199/a/b', 'x'].map((path) =>
      classifyPath(`${WORKSPACE}/${path}`, snapshot),
    );
    expect(places).toEqual(['outside', 'denied', 'denied', 'inside']);
  });
});
