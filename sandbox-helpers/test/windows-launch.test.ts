import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeField } from './support/helper-files.ts';
import { canRun, isWine, openBench, readLines, type WindowsBench } from './support/windows-programs.ts';

const LIMIT = 180_000;

/** What the probe prints of a word: its UTF-16 units in hex. */
function unitsOf(text: string): string {
  return [...Array(text.length).keys()]
    .map((place) => text.charCodeAt(place).toString(16).padStart(4, '0'))
    .join('');
}

/** Words that take command lines apart, from a seed: the same in every run. */
function inventWords(seed: number): string[] {
  let state = seed;
  const next = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % most;
  };
  const pieces = [
    '"',
    '\\',
    '\\\\',
    ' ',
    '\t',
    'a',
    '%PATH%',
    '^',
    '&',
    '|',
    'é',
    '😀',
    '\\"',
    '/',
    '--',
    "'",
  ];
  const word = (): string =>
    Array.from({ length: next(9) }, () => pieces[next(pieces.length)] ?? '').join('');
  return ['', 'tr\\', 'a "b" \\\\" c', ...Array.from({ length: 60 }, word)];
}

describe.skipIf(!canRun)('the Windows helper starts a program (needs mingw-w64, and wine or Windows)', () => {
  let bench: WindowsBench;
  let probe: string;
  let owner: string;
  beforeAll(() => {
    bench = openBench();
    probe = bench.name(bench.compile('windows-probe', []));
    owner = bench.compile('windows-owner', []);
  }, LIMIT);
  afterAll(() => bench.close(), LIMIT);

  const runProbe = (...words: string[]) =>
    bench.run(bench.helper, ['run', '--wall', 'none', '--', probe, ...words]);
  let pipes = 0;
  const pipeName = (): string => `\\\\.\\pipe\\sallyport-test-${process.pid}-${pipes++}`;
  const startOwned = (words: readonly string[], options: readonly string[] = []) => {
    const pipe = pipeName();
    const own = ['run', '--status', pipe, '--wall', 'none', ...options, '--', probe, ...words];
    return bench.start(owner, [pipe, bench.name(bench.helper), ...own]);
  };
  const reads = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const waitForBeat = async (path: string): Promise<void> => {
    while (reads(path) === '') await sleep(50);
  };
  const waitForSilence = async (path: string): Promise<void> => {
    for (let last = ''; last !== reads(path); await sleep(1500)) last = reads(path);
  };

  it(
    'hands over every word as it is',
    () => {
      const lists = [...Array(12).keys()].map((seed) => inventWords(seed + 1));
      for (const words of lists) {
        const { status, stdout } = runProbe('words', ...words);
        expect(status).toBe(0);
        expect(stdout.split(/\r?\n/).slice(0, -1)).toEqual(words.map((text) => `word ${unitsOf(text)}`));
      }
    },
    LIMIT,
  );

  it(
    'passes on the exit status and standard streams',
    () => {
      expect([0, 1, 42, 125, 255].map((code) => runProbe('exit', String(code)).status)).toEqual([
        0, 1, 42, 125, 255,
      ]);
      const echoed = bench.run(bench.helper, ['run', '--wall', 'none', '--', probe, 'echo'], 'one\ntwo\n');
      expect(echoed.stdout.replaceAll('\r', '')).toBe('one\ntwo\n');
    },
    LIMIT,
  );

  it(
    'gives the environment that was named and tells what it did',
    () => {
      const status = join(bench.folder, 'status');
      const optionsFile = join(bench.folder, 'options');
      writeFileSync(
        optionsFile,
        `--env ${encodeField('FROM_FILE=a b=ü')}\n--status ${encodeField(bench.name(status))}\n`,
      );
      const { stdout } = bench.run(bench.helper, [
        'run',
        '--wall',
        'none',
        '--env',
        'GIVEN=x y',
        '--options',
        bench.name(optionsFile),
        '--',
        probe,
        'environment',
      ]);
      const variables = stdout.split(/\r?\n/);
      expect(variables).toContain(`variable ${unitsOf('GIVEN=x y')}`);
      expect(variables).toContain(`variable ${unitsOf('FROM_FILE=a b=ü')}`);
      expect(variables.filter((line) => line.startsWith(`variable ${unitsOf('LC_ALL=')}`))).toEqual([]);
      const told = readFileSync(status, 'utf8')
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(told).toEqual([
        { type: 'started', pid: expect.any(Number), wall: 'none', uiLimits: false },
        { type: 'ended', status: 0, reason: 'exited' },
      ]);
    },
    LIMIT,
  );

  it.each([
    [[], 'run, hold, cleanup or sweep is missing'],
    [['walk'], 'is no command'],
    [['run', '--', 'C:\\a.exe'], 'wants --wall'],
    [['run', '--wall', 'none'], 'wants -- and a program'],
    [['run', '--wall', 'paper', '--', 'C:\\a.exe'], 'is no wall'],
    [['run', '--wall', 'none', '--wall', 'none', '--', 'C:\\a.exe'], 'is given twice'],
    [['run', '--wall', 'none', '--cwd', '--', 'C:\\a.exe'], 'has no value'],
    [['run', '--wall', 'none', '--cwd', '', '--', 'C:\\a.exe'], 'has an empty value'],
    [['run', '--wall', 'none', '--write', 'C:\\x', '--', 'C:\\a.exe'], 'opened by hold'],
    [
      ['run', '--wall', 'none', '--capability', 'internetClient', '--', 'C:\\a.exe'],
      'want --wall appcontainer',
    ],
    [['run', '--wall', 'appcontainer', '--name', 'a/b', '--', 'C:\\a.exe'], 'cannot name a package'],
    [
      ['run', '--wall', 'appcontainer', '--name', 'a', '--capability', 'all', '--', 'C:\\a.exe'],
      'is no capability',
    ],
    [['run', '--wall', 'none', '--processes', '0', '--', 'C:\\a.exe'], 'is out of range'],
    [['run', '--wall', 'none', '--memory', '1g', '--', 'C:\\a.exe'], 'wants a whole number'],
    [['run', '--wall', 'none', '--env', '=x', '--', 'C:\\a.exe'], 'wants NAME=VALUE'],
    [['run', '--wall', 'none', '--', 'a.exe'], 'is not an absolute path'],
    [['run', '--wall', 'none', '--', 'C:\\a.CMD'], 'is a batch file'],
    [['hold', '--wall', 'none'], 'hold wants --wall appcontainer'],
    [['run', '--wall', 'none', '--colour', 'red', '--', 'C:\\a.exe'], 'is unknown'],
    [['cleanup'], 'want one path'],
  ] as const)(
    'refuses %j',
    (words, reason) => {
      const { status, stderr, stdout } = bench.run(bench.helper, words);
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
      expect(stderr).toContain(reason);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
    LIMIT,
  );

  it(
    'refuses an options file that was cut off',
    () => {
      const path = join(bench.folder, 'cut');
      writeFileSync(path, '--env A%3Db\n--env C');
      const { status, stderr } = bench.run(bench.helper, [
        'run',
        '--wall',
        'none',
        '--options',
        bench.name(path),
        '--',
        probe,
        'exit',
        '0',
      ]);
      expect({ status, isSaid: stderr.includes('is not whole') }).toEqual({ status: 125, isSaid: true });
    },
    LIMIT,
  );

  it.runIf(isWine)(
    'starts nothing where the system has no AppContainers',
    () => {
      const mark = join(bench.folder, 'mark');
      const confined = [
        'run',
        '--wall',
        'appcontainer',
        '--name',
        'sallyport.test',
        '--',
        probe,
        'beat',
        bench.name(mark),
      ];
      const { status, stderr } = bench.run(bench.helper, confined);
      expect(status).toBe(125);
      expect(stderr).toContain('cannot confine a program in an AppContainer');
      expect(existsSync(mark)).toBe(false);
    },
    LIMIT,
  );

  it(
    'ends everything with the program itself, with its own end, and with the end of its owner',
    async () => {
      const beats = (name: string): string => {
        mkdirSync(join(bench.folder, 'beats'), { recursive: true });
        return join(bench.folder, 'beats', name);
      };
      // the program ends and leaves a child
      expect(runProbe('parent', bench.name(beats('left'))).status).toBe(0);
      await waitForSilence(beats('left'));
      // the helper is killed
      const words = ['run', '--wall', 'none', '--', probe, 'parent'];
      const killed = bench.start(bench.helper, [
        ...words,
        bench.name(beats('child')),
        bench.name(beats('root')),
      ]);
      await Promise.all([waitForBeat(beats('child')), waitForBeat(beats('root'))]);
      killed.kill('SIGKILL');
      await Promise.all([waitForSilence(beats('child')), waitForSilence(beats('root'))]);
      // its owner is killed
      const owned = startOwned(['parent', bench.name(beats('child-2')), bench.name(beats('root-2'))]);
      await Promise.all([waitForBeat(beats('child-2')), waitForBeat(beats('root-2'))]);
      owned.kill('SIGKILL');
      await Promise.all([waitForSilence(beats('child-2')), waitForSilence(beats('root-2'))]);
    },
    LIMIT,
  );

  it(
    'obeys its owner, and takes nonsense for its end',
    async () => {
      for (const [word, reason] of [
        ['kill', 'killed'],
        ['nonsense', 'lost'],
      ] as const) {
        const owned = startOwned(['wait-for-break']);
        const next = readLines(owned);
        const first = [await next(), await next()].join('\n');
        expect(first).toContain('"type":"started"');
        expect(first).toContain('ready');
        owned.stdin.write(`${word}\n`);
        expect(await next()).toBe(`{"type":"ended","status":137,"reason":"${reason}"}`);
        expect(await next()).toBe('status 137');
      }
    },
    LIMIT,
  );

  it(
    'ends a run at its wall time',
    async () => {
      const next = readLines(startOwned(['wait-for-break'], ['--wall-time', '3000']));
      const lines: string[] = [];
      for (let line = await next(); line !== null; line = await next()) lines.push(line);
      expect(lines).toContain('{"type":"ended","status":125,"reason":"wall-time"}');
      expect(lines).toContain('status 125');
    },
    LIMIT,
  );

  it(
    'hands on no handle but the standard streams',
    async () => {
      const next = readLines(startOwned(['handle', '%HANDLE%']));
      const lines = [await next(), await next(), await next()];
      expect(lines.at(-1)).toBe('status 0');
    },
    LIMIT,
  );

  it.skipIf(isWine)(
    'cannot start more processes than are allowed',
    () => {
      const few = [
        'run',
        '--wall',
        'none',
        '--processes',
        '1',
        '--',
        probe,
        'parent',
        bench.name(join(bench.folder, 'x')),
      ];
      expect(bench.run(bench.helper, few).status).toBe(9);
    },
    LIMIT,
  );
});
