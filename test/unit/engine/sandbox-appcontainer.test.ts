import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitForChild } from '../../../src/engine/base/index.ts';
import {
  type ContainerFacts,
  holdOptions,
  isInsideWindows,
  planContainer,
  runOptions,
} from '../../../src/engine/sandbox/appcontainer-plan.ts';
import { chooseSandbox } from '../../../src/engine/sandbox/choose-sandbox.ts';
import { parseHelperLine, startContainerHelper } from '../../../src/engine/sandbox/container-helper.ts';
import { findWindowsProgram } from '../../../src/engine/sandbox/find-windows-program.ts';
import { plainSettings, type WallSettings } from '../../../src/engine/sandbox/index.ts';
import type { PathEntry } from '../../../src/protocol/index.ts';

const HOME = 'C:\\Users\\Ann';
const WORK = 'C:\\Users\\Ann\\src\\app';

function settings(more: Partial<WallSettings> = {}): WallSettings {
  const plain = plainSettings({ mode: 'workspace-write', cwd: tmpdir(), env: {}, home: HOME });
  return { ...plain, workspace: WORK, writableRoots: [WORK], secretPaths: [], ...more };
}

function facts(
  more: Partial<Omit<ContainerFacts, 'settings'>> & { settings?: Partial<WallSettings> } = {},
): ContainerFacts {
  return {
    folders: { sallyportHome: `${HOME}\\.sallyport`, runtimeDir: `${HOME}\\.sallyport\\run` },
    searchPath: [],
    protection: { readOnly: [], missing: new Map(), links: [], notes: [] },
    ...more,
    settings: settings(more.settings),
  };
}

describe('planContainer', () => {
  it('opens the workspace for writing, or only for reading', () => {
    expect(planContainer(facts())).toMatchObject({ reads: [], writes: [WORK], denies: [], protects: [] });
    const readOnly = planContainer(facts({ settings: { sandboxMode: 'read-only', writableRoots: [] } }));
    expect(readOnly).toMatchObject({ reads: [WORK], writes: [] });
  });

  it('takes the entries of a profile: what it reads, writes, keeps read-only and denies', () => {
    const entry = (
      path: string,
      access: PathEntry['access'],
      layer: 'user' | 'defaults' = 'user',
    ): PathEntry => ({
      ...{ path, access },
      origin: { layer },
    });
    const entries = [
      ...[entry('C:\\Windows', 'read', 'defaults'), entry('D:\\books', 'read'), entry('D:\\gone', 'deny')],
      ...[entry(WORK, 'write'), entry(`${WORK}\\vendor`, 'read'), entry(`${WORK}\\vendor\\own`, 'write')],
      ...[entry(`${WORK}\\keys`, 'deny'), entry(`${WORK}\\keys\\public`, 'read')],
    ];
    const profile = { name: 'p', extends: [], readsAll: false, entries, denyGlobs: [] };
    const plan = planContainer(
      facts({ settings: { profile, writableRoots: [WORK, `${WORK}\\vendor\\own`] } }),
    );
    expect(plan).toMatchObject({
      reads: ['D:\\books'],
      writes: [WORK, `${WORK}\\vendor\\own`],
      denies: [`${WORK}\\keys`],
      protects: [`${WORK}\\vendor`],
    });
    expect(plan.notes.join(' ')).toContain(`${WORK}\\keys\\public stays closed`);
  });

  it('protects names that are there and names that are missing, in writable folders only', () => {
    const protection = {
      readOnly: [`${WORK}\\.git`, 'D:\\other\\.git'],
      missing: new Map([[WORK, [`${WORK}\\.agents`]]]),
      links: [{ path: `${WORK}\\.codex`, target: 'x' }],
      notes: ['a note'],
    };
    const plan = planContainer(facts({ protection }));
    expect(plan.protects).toEqual([`${WORK}\\.agents`, `${WORK}\\.git`]);
    expect(plan.notes.join('\n')).toMatch(/\.codex is a link[\s\S]*a note/);
    expect(planContainer(facts({ protection, settings: { sandboxMode: 'read-only' } })).protects).toEqual([]);
  });

  it.each([
    ['C:\\Users\\Ann\\.cargo\\bin', true],
    ['c:\\users\\ann\\scoop\\shims', true],
    ['C:\\Users\\Ann\\bin', true],
    ['C:\\Users\\Ann\\AppData\\Local\\Programs\\Python\\Python312', true],
    ['C:\\Users\\Ann', false],
    ['C:\\Users\\Ann\\AppData', false],
    ['C:\\Users\\Ann\\AppData\\Local', false],
    ['C:\\Users\\Ann\\AppData\\Roaming', false],
    ['C:\\Users\\Anna\\bin', false],
    ['C:\\Windows\\System32', false],
    ['C:\\Users\\Ann\\.sallyport\\bin', false],
    ['C:\\Users\\Ann\\src\\app\\node_modules\\.bin', false],
  ])('reads the tool folder %s: %s', (folder, isRead) => {
    expect(planContainer(facts({ searchPath: [folder] })).reads).toEqual(isRead ? [folder] : []);
  });

  it.each([
    ['C:\\Users\\Ann\\.ssh', false],
    ['C:\\Users\\Ann\\src\\app\\.npmrc', true],
    ['c:\\users\\ann\\SRC\\APP\\keys', true],
    ['C:\\Users\\Ann\\.cargo\\bin\\token', true],
    ['C:\\Users\\Ann\\src\\application\\.npmrc', false],
  ])('denies the secret %s where it lies in an opened folder: %s', (secret, isDenied) => {
    const plan = planContainer(
      facts({ searchPath: ['C:\\Users\\Ann\\.cargo\\bin'], settings: { secretPaths: [secret] } }),
    );
    expect(plan.denies).toEqual(isDenied ? [secret] : []);
  });

  it('denies our own folders in a folder that is opened, and refuses to work in them', () => {
    const above = planContainer(
      facts({
        settings: { workspace: 'C:\\Users\\Ann\\.sallyport-dev', writableRoots: ['C:\\Users\\Ann\\x'] },
        folders: { sallyportHome: 'C:\\Users\\Ann\\x\\own', runtimeDir: 'C:\\Users\\Ann\\x\\own\\run' },
      }),
    );
    expect(above.denies).toEqual(['C:\\Users\\Ann\\x\\own']);
    const inside = facts({ settings: { workspace: 'c:\\users\\ann\\.SALLYPORT\\run\\x' } });
    expect(() => planContainer(inside)).toThrow(/hidden from every sandbox/);
  });

  it('has one package for the same rights, and another for any other', () => {
    const name = (more: Parameters<typeof facts>[0]): string => planContainer(facts(more)).name;
    const plain = name({});
    expect(plain).toMatch(/^sallyport\.[0-9a-f]{40}$/);
    expect(name({ settings: { networkAccess: true } })).toBe(plain);
    const others = [
      name({ settings: { sandboxMode: 'read-only' } }),
      name({ settings: { workspace: 'C:\\Users\\Ann\\src\\app2', writableRoots: [WORK] } }),
      name({ settings: { writableRoots: [WORK, 'D:\\more'] } }),
      name({ settings: { secretPaths: [`${WORK}\\key`] } }),
      name({ searchPath: [`${HOME}\\bin`] }),
    ];
    expect(new Set([plain, ...others]).size).toBe(6);
  });

  it('gives capabilities only with the network', () => {
    expect(planContainer(facts()).capabilities).toEqual([]);
    const open = planContainer(facts({ settings: { networkAccess: true } }));
    expect(open.capabilities).toEqual(['internetClient', 'privateNetworkClientServer']);
    expect(planContainer(facts()).notes.join(' ')).toMatch(/network is off.*not asked about/);
  });
});

describe('options of the helper', () => {
  it('are one in a line, encoded', () => {
    const plan = { ...planContainer(facts()), name: 'n', denies: ['C:\\a b\n--write C:\\'] };
    expect(holdOptions(plan, 'C:\\j').split('\n')).toEqual([
      '--wall appcontainer',
      '--name n',
      '--journals C%3A%5Cj',
      '--write C%3A%5CUsers%5CAnn%5Csrc%5Capp',
      '--deny C%3A%5Ca%20b%0A--write%20C%3A%5C',
      '',
    ]);
  });

  it('name the wall, the folder and the environment of a launch', () => {
    const launch = { cwd: WORK, environment: { A: 'x=y' }, innerEnvironment: { B: '' } };
    const open = { ...planContainer(facts({ settings: { networkAccess: true } })), name: 'n' };
    expect(runOptions(open, launch)).toBe(
      '--wall appcontainer\n--name n\n--capability internetClient\n--capability privateNetworkClientServer\n' +
        '--cwd C%3A%5CUsers%5CAnn%5Csrc%5Capp\n--env A%3Dx%3Dy\n--env B%3D\n',
    );
    expect(runOptions(null, launch)).toMatch(/^--wall none\n--cwd /);
    const limits = { processes: 64, memoryBytes: 2 ** 30, fileBytes: 5, openFiles: 6, wallTimeMs: 1000 };
    expect(runOptions(null, launch, limits)).toMatch(
      /^--wall none\n--processes 64\n--memory 1073741824\n--wall-time 1000\n--cwd /,
    );
  });
});

it.each([
  ['C:\\a', 'C:\\a', true],
  ['c:\\A\\b', 'C:\\a', true],
  ['C:\\ab', 'C:\\a', false],
  ['C:\\a', 'C:\\', true],
  ['D:\\a', 'C:\\', false],
])('%s inside %s: %s', (path, folder, isIn) => {
  expect(isInsideWindows(path, folder)).toBe(isIn);
});

describe('findWindowsProgram', () => {
  const files = [
    'C:\\bin\\git.EXE',
    'C:\\bin\\npm.CMD',
    `${WORK}\\git.EXE`,
    `${WORK}\\tool.exe`,
    'C:\\bin\\plain',
  ];
  const isFile = (path: string): boolean => files.some((file) => file.toLowerCase() === path.toLowerCase());
  const environment = { Path: '.;;C:\\bin', PATHEXT: '.EXE;.CMD' };
  it.each([
    ['git', 'C:\\bin\\git.EXE'],
    ['git.exe', 'C:\\bin\\git.exe'],
    ['npm', 'C:\\bin\\npm.CMD'],
    ['.\\tool', `${WORK}\\tool.EXE`],
    ['./tool.exe', `${WORK}\\tool.exe`],
    ['tool', null],
    ['plain', null],
    ['C:\\bin\\git', 'C:\\bin\\git.EXE'],
  ])('%s is %s', (name, found) => {
    expect(findWindowsProgram(name, WORK, environment, isFile)).toBe(found);
  });
});

it.each([
  ['{"type":"held","entries":3}', { type: 'held' }],
  ['{"type":"failed","what":"a","reason":"b"}', { type: 'failed', what: 'a', reason: 'b' }],
  ['{"type":"started","uiLimits":false}', { type: 'started', uiLimits: false }],
  ['{"type":1}', { type: 'nonsense' }],
  ['null', { type: 'nonsense' }],
  ['held', { type: 'nonsense' }],
])('parseHelperLine %s', (line, parsed) => {
  expect(parseHelperLine(line)).toEqual(parsed);
});

it('chooses the wall of Windows, with and without a wall, or says what is missing', () => {
  const choose = (mode: 'workspace-write' | 'danger-full-access') => {
    try {
      return chooseSandbox(mode, { platform: 'win32' }).name;
    } catch (error) {
      return String(error);
    }
  };
  expect(choose('workspace-write')).toMatch(/^appcontainer$|appcontainer-run\.exe is missing/);
  expect(choose('danger-full-access')).toMatch(/^none$|appcontainer-run\.exe is missing/);
});

/** A program that does on its line what the text says, in place of the Windows helper: the line itself is real. */
describe.skipIf(process.platform === 'win32')('startContainerHelper', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'container-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const begin = (text: string) =>
    startContainerHelper({
      folder,
      options: '--wall none\n',
      awaited: 'started',
      pipe: join(folder, 'pipe'),
      start: (words) => {
        const source = `const [, , pipe, , options] = ['', ...process.argv.slice(1)];
          const line = require('node:net').connect(pipe);
          const isThere = require('node:fs').existsSync(options);
          line.on('connect', () => { ${text} });`;
        const child = spawn(process.execPath, ['-e', source, '--', ...words], { stdio: 'ignore' });
        return { finished: waitForChild(child) };
      },
    });

  it('waits for the word, removes the options, and sends what is said', async () => {
    const { helper, started } = await begin(`
      line.write(JSON.stringify({ type: isThere ? 'started' : 'failed' }) + '\\n');
      line.on('data', (word) => process.exit(String(word) === 'kill\\n' ? 7 : 8));`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.options'))).toEqual([]);
    helper.send('kill');
    expect(await started.finished).toEqual({ kind: 'exited', code: 7 });
  });

  it.each([
    [
      `line.write('{"type":"failed","what":"path C:","reason":"is a whole drive"}\\n')`,
      /path C:: is a whole drive/,
    ],
    [`line.write('hello\\n')`, /nonsense/],
    [`line.write('{"type":"held"}\\n')`, /held/],
    ['line.end()', /closed its line|ended at once/],
    ['process.exit(125)', /ended at once|closed its line/],
    [`line.write('x'.repeat(200000))`, /nonsense/],
  ])('fails closed: %s', async (text, reason) => {
    await expect(begin(text)).rejects.toThrow(reason);
    expect(existsSync(join(folder, 'pipe'))).toBe(false);
  });
});
