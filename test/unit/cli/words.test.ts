import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/cli/parse-duration.ts';
import { PRODUCT_VERSION } from '../../../src/cli/product-version.ts';
import { describeAge, renderTable } from '../../../src/cli/render-table.ts';
import { describeFault, exitStatusOf } from '../../../src/cli/report-fault.ts';
import { readWallWords, skipPlatformName } from '../../../src/cli/wall-words.ts';
import { Fault, type FaultKind } from '../../../src/protocol/index.ts';
import { findFolders } from '../../../src/server/index.ts';
import { quoteWords } from '../../../src/timeline/index.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the version', () => {
  it('is that of the package', () => {
    expect(PRODUCT_VERSION).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['0m', undefined],
    ['1', undefined],
    ['-1h', undefined],
    ['1.5h', undefined],
    ['400d', undefined],
    ['999999d', undefined],
    ['', undefined],
  ])('%j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('quoting', () => {
  it.each([
    [['ls', '-la', 'a/b.txt']],
    [['printf', '%s|', '', ' ', "it's", '$HOME `x` "y"', 'a\nb', '*', '~', '\\']],
  ])('%j comes back from a shell', (words) => {
    const text = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${quoteWords(words)}`], { encoding: 'utf8' });
    expect(text.split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('tables and ages', () => {
  it('columns are as wide as their widest cell', () => {
    expect(renderTable(['A', 'LONG'], [['xyz', 'q']])).toBe('A    LONG\nxyz  q\n');
  });
  it.each([
    [0, '0 s'],
    [90_000, '90 s'],
    [600_000, '10 min'],
    [3 * 3_600_000, '3 h'],
    [72 * 3_600_000, '3 d'],
    [-5, '0 s'],
  ])('%i ms ago', (ms, shown) => {
    expect(describeAge(1_000_000_000 - ms, 1_000_000_000)).toBe(shown);
  });
});

describe('faults', () => {
  it.each<[FaultKind, number, number]>([
    ['user', 2, 2],
    ['host', 125, 3],
    ['peer', 125, 1],
    ['agent', 125, 1],
    ['remote', 125, 1],
    ['bug', 125, 1],
  ])('%s: %i where a command would have run, else %i', (kind, command, tool) => {
    const fault = new Fault({ kind, code: 'x', message: 'what' });
    expect([exitStatusOf(fault, 'command'), exitStatusOf(fault, 'tool')]).toEqual([command, tool]);
  });
  it('are told with the way out, and with hidden characters made visible', () => {
    const fault = new Fault({ kind: 'user', code: 'x', message: 'bad \x1b[2J name', hint: 'type this' });
    expect(describeFault(fault)).toBe('sallyport: bad ⟨U+001B⟩[2J name\n  type this\n');
  });
});

describe('the words of sandbox', () => {
  it('limits and a report', () => {
    const words = ['--max-procs', '9', '--max-memory=50%', '--report', 'r', '--', 'x'];
    const read = readWallWords(words);
    expect(read).toMatchObject({ limits: { max_processes: '9', max_memory: '50%' }, report: 'r' });
  });

  it('flags in any form, then the command', () => {
    const words = [
      '-s',
      'read-only',
      '--cd=/tmp',
      '--add-dir',
      '/a',
      '--deny-read=/b',
      '--',
      'ls',
      '-s',
      '--',
      'x',
    ];
    expect(readWallWords(words)).toEqual({
      hosts: { allow: [], deny: [], publish: [] },
      limits: {},
      mode: 'read-only',
      cwd: '/tmp',
      addDirs: ['/a'],
      denyRead: ['/b'],
      argv: ['ls', '-s', '--', 'x'],
    });
  });
  it('the command may stand without --', () => {
    expect(readWallWords(['--full-auto', 'ls', '-l'])).toMatchObject({ argv: ['ls', '-l'] });
    expect(readWallWords(['--help', 'ls'])).toBe('help');
  });
  it.each([
    [[]],
    [['--']],
    [['-s', 'open', '--', 'ls']],
    [['-s']],
    [['--no-such', 'ls']],
    [['--constructor', 'ls']],
    [['--full-auto=yes', 'ls']],
    [['-a', 'never', '--', 'ls']],
  ])('%j is wrong usage', (words) => {
    expect(() => readWallWords(words)).toThrow(expect.objectContaining({ kind: 'user', code: 'usage' }));
  });
  it('a foreign system is refused, ones own and none pass', () => {
    const names = { linux: 'linux', darwin: 'macos', win32: 'windows' } as const;
    const own = names[process.platform as keyof typeof names];
    const foreign = Object.values(names).find((name) => name !== own) ?? '';
    expect(skipPlatformName([own, '--', 'ls'])).toEqual(['--', 'ls']);
    expect(skipPlatformName(['ls'])).toEqual(['ls']);
    expect(() => skipPlatformName([foreign, '--', 'ls'])).toThrow(expect.objectContaining({ kind: 'host' }));
  });
});

describe('folders', () => {
  it('a chosen home keeps its sockets', () => {
    expect(findFolders({ SALLYPORT_HOME: '/x/y', XDG_RUNTIME_DIR: '/run/user/0' })).toEqual({
      home: '/x/y',
      runtimeDir: '/x/y/run',
    });
  });
  it('a home that is not absolute is refused', () => {
    expect(() => findFolders({ SALLYPORT_HOME: 'x/y' })).toThrow(
      expect.objectContaining({ kind: 'user', code: 'home-not-absolute' }),
    );
  });
  it('a runtime folder that is not ours is not used', () => {
    const { home, runtimeDir } = findFolders({ XDG_RUNTIME_DIR: '/nowhere' });
    expect(runtimeDir).toBe(join(home, 'run'));
  });
});
