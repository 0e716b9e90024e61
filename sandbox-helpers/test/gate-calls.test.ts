import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  buildHelpers,
  compileProgram,
  encodeField,
  makeFolder,
  own,
  removeFolders,
  users,
} from './support/helper-files.ts';
import {
  allowAll,
  type GateEvent,
  type GateSpec,
  type RunningGate,
  startGate,
} from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

const isLegacy = process.arch === 'x64';

/** Calls with the words behind them, what the question names, and the folder or file that has to be opened. */
type Case = readonly [call: string, words: readonly string[], op: string, path: string, kind: string];
const CASES: readonly Case[] = [
  ['mkdirat', ['new'], 'mkdir', 'new', 'missing'],
  ['mknodat', ['new'], 'mknod', 'new', 'missing'],
  ['symlinkat', ['new'], 'symlink', 'new', 'missing'],
  ['linkat', ['file', 'new'], 'link', 'new', 'missing'],
  ['renameat', ['file', 'new'], 'rename', 'new', 'missing'],
  ['renameat2', ['file', 'other'], 'rename', 'other', 'file'],
  ['unlinkat', ['file'], 'unlink', 'file', 'file'],
  ['unlinkat', ['link'], 'unlink', 'link', 'file'],
  ['removedir', ['empty'], 'rmdir', 'empty', 'dir'],
  ['truncate', ['file'], 'truncate', 'file', 'file'],
  ['fchmodat', ['file'], 'chmod', 'file', 'file'],
  ['fchmodat2', ['link'], 'chmod', 'file', 'file'],
  ['fchownat', ['file'], 'chown', 'file', 'file'],
  ['utimensat', ['file'], 'utimes', 'file', 'file'],
  ...(isLegacy
    ? ([
        ['mkdir', ['new/'], 'mkdir', 'new', 'missing'],
        ['mknod', ['new'], 'mknod', 'new', 'missing'],
        ['symlink', ['new'], 'symlink', 'new', 'missing'],
        ['link', ['file', 'new'], 'link', 'new', 'missing'],
        ['rename', ['full', 'new'], 'rename', 'new', 'missing'],
        ['unlink', ['file'], 'unlink', 'file', 'file'],
        ['rmdir', ['empty'], 'rmdir', 'empty', 'dir'],
        ['chmod', ['file'], 'chmod', 'file', 'file'],
        ['chown', ['link'], 'chown', 'file', 'file'],
        ['lchown', ['link'], 'chown', 'link', 'file'],
        ['utime', ['file'], 'utimes', 'file', 'file'],
        ['utimes', ['file'], 'utimes', 'file', 'file'],
        ['futimesat', ['file'], 'utimes', 'file', 'file'],
      ] as const)
    : []),
];

/** What fails whatever the wall: nobody is asked. */
const FAILING: ReadonlyArray<readonly [call: string, words: readonly string[]]> = [
  ['mkdirat', ['empty']],
  ['mkdirat', ['nowhere/new']],
  ['mknodat', ['file']],
  ['device', ['new']],
  ['symlinkat', ['link']],
  ['linkat', ['gone', 'new']],
  ['linkat', ['file', 'other']],
  ['renameat', ['gone', 'new']],
  ['keep', ['file', 'other']],
  ['unlinkat', ['gone']],
  ['unlinkat', ['empty']],
  ['removedir', ['file']],
  ['removedir', ['full']],
  ['truncate', ['gone']],
  ['truncate', ['empty']],
  ['fchmodat', ['gone']],
  ['giveaway', ['file']],
  ['utimensat', ['gone']],
];

describe.each(users)('held calls as $name', (user) => {
  const probe = compileProgram('call-probe', makeFolder(user));
  let holder: RunningHolder;
  let workspace: string;
  let other: string;

  beforeAll(async () => {
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });
  beforeEach(() => {
    workspace = makeFolder(user);
    other = makeFolder(user);
    furnish(other);
  });

  function furnish(folder: string): void {
    writeFileSync(join(folder, 'file'), 'text');
    chmodSync(join(folder, 'file'), 0o600);
    writeFileSync(join(folder, 'other'), 'other');
    symlinkSync('file', join(folder, 'link'));
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full', 'x'), '');
    own(folder, user);
  }

  function start(words: readonly string[], more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: [probe, ...words],
      gate: 'exec,write',
      decide: (event) => (event.type === 'change' ? undefined : allowAll(event)),
      ...more,
    });
  }

  const isChange = (event: GateEvent): boolean => event.type === 'change';
  const rootOf = (gate: RunningGate): number => gate.events.find((event) => event.type === 'root')?.pid ?? 0;
  const denyAll = (event: GateEvent): string | undefined =>
    event.type === 'change' ? `deny ${event.slot} ${encodeField('sallyport: no')}` : allowAll(event);
  const inOther = (words: readonly string[]): string[] => words.map((word) => `${other}/${word}`);

  test.each(CASES)('%s %j outside is held and refused', async (...row) => {
    const [call, words, op, path, kind] = row;
    const before = readdirSync(other);
    const gate = await start([call, ...inOther(words)], { decide: denyAll });
    const result = await gate.finished;
    expect(result.stdout).toBe(`${call} EROFS\n`);
    expect(result.stderr).toBe('sallyport: no\n');
    expect(gate.events.filter(isChange)).toMatchObject([
      { op, path: `${other}/${path}`, kind, cwd: workspace },
    ]);
    expect(readdirSync(other)).toEqual(before);
    expect(readFileSync(join(other, 'file'), 'utf8')).toBe('text');
    expect(statSync(join(other, 'file')).mode & 0o777).toBe(0o600);
  });

  test.each(CASES)('%s %j goes on after the mount, by its whole path', async (call, words, op) => {
    const gate = await start([call, ...inOther(words)]);
    const held = await gate.wait(isChange);
    expect(await holder.command('mount', rootOf(gate), other, 'rw')).toMatchObject({ ok: true });
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toBe(`${call} ok\n`);
    expectDone(op, words);
  });

  test.each(CASES)('%s %j goes on in a folder that the mount overtook', async (call, words, op) => {
    const gate = await start(['--in', other, call, ...words]);
    const held = await gate.wait(isChange);
    expect(await holder.command('mount', rootOf(gate), other, 'rw')).toMatchObject({ ok: true });
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toBe(`${call} ok\n`);
    expectDone(op, words);
  });

  /** The trace that each call leaves. */
  function expectDone(op: string, [first = '', second = '']: readonly string[]): void {
    const file = join(other, 'file');
    const gone = (): void => expect(readdirSync(other)).not.toContain(first);
    const checks: Record<string, () => void> = {
      mkdir: () => expect(statSync(join(other, first)).mode & 0o777).toBe(0o755),
      mknod: () => expect(lstatSync(join(other, first)).isFIFO()).toBe(true),
      symlink: () => expect(lstatSync(join(other, first)).isSymbolicLink()).toBe(true),
      link: () => expect(statSync(join(other, second)).ino).toBe(statSync(join(other, first)).ino),
      rename: () => {
        expect(existsSync(join(other, second))).toBe(true);
        gone();
      },
      unlink: gone,
      rmdir: gone,
      truncate: () => expect(readFileSync(file, 'utf8')).toBe('t'),
      chmod: () => expect(statSync(file).mode & 0o777).toBe(0o640),
      utimes: () => expect(statSync(file).mtimeMs).toBe(2_000_000),
    };
    checks[op]?.();
  }

  test.each(FAILING)('%s %j would fail anyway: nobody is asked', async (call, words) => {
    const gate = await start([call, ...inOther(words)], { decide: denyAll });
    const result = await gate.finished;
    expect(gate.events.filter(isChange)).toEqual([]);
    expect(result.stdout).not.toBe(`${call} ok\n`);
  });

  test.each(CASES)('%s %j inside passes at once', async (call, words) => {
    furnish(workspace);
    const gate = await start([call, ...words], { decide: denyAll });
    expect((await gate.finished).stdout).toBe(`${call} ok\n`);
    expect(gate.events.filter(isChange)).toEqual([]);
  });

  test('a move between two mounts fails as the kernel makes it fail', async () => {
    writeFileSync(join(workspace, 'mine'), 'mine');
    own(workspace, user);
    const gate = await start(['renameat', 'mine', `${other}/mine`], { decide: denyAll });
    expect((await gate.finished).stdout).toBe('renameat EXDEV\n');
    expect(gate.events.filter(isChange)).toEqual([]);
  });

  test('a question about a move names both places', async () => {
    const gate = await start(['renameat', `${other}/full/x`, `${other}/empty/y`], { decide: denyAll });
    await gate.finished;
    expect(gate.events.filter(isChange)).toMatchObject([
      { op: 'rename', path: `${other}/empty/y`, kind: 'missing', from: `${other}/full/x`, fromKind: 'file' },
    ]);
  });

  test('a folder that is itself granted can be asked about', async () => {
    const gate = await start(['unlinkat', `${other}/full/x`, '--then', 'removedir', `${other}/full`]);
    const first = await gate.wait(isChange);
    await holder.command('mount', rootOf(gate), `${other}/full`, 'rw');
    gate.send(`allow ${first.slot}`);
    const second = await gate.wait(isChange, 2);
    expect(second).toMatchObject({ op: 'rmdir', path: `${other}/full`, kind: 'dir' });
    await holder.command('umount', rootOf(gate), `${other}/full`);
    await holder.command('mount', rootOf(gate), other, 'rw');
    gate.send(`allow ${second.slot}`);
    expect((await gate.finished).stdout).toBe('unlinkat ok\nremovedir ok\n');
  });

  test('what is pinned in a grant stays where it is, also for a caller whose folder was overtaken', async () => {
    mkdirSync(join(other, 'sub', '.git'), { recursive: true });
    own(other, user);
    const words = ['--in', other, 'mkdirat', 'new', '--then', 'renameat', 'sub', 'moved', '--then'];
    const gate = await start([...words, 'unlinkat', 'link', '--then', 'removedir', 'sub/.git']);
    const held = await gate.wait(isChange);
    const mounted = await holder.command('mount', rootOf(gate), other, 'rw', `${other}/sub/.git`);
    expect(mounted).toMatchObject({ ok: true });
    gate.send(`allow ${held.slot}`);
    const result = await gate.finished;
    expect(result.stdout).toBe('mkdirat ok\nrenameat EBUSY\nunlinkat ok\nremovedir EBUSY\n');
    expect(existsSync(join(other, 'sub', '.git'))).toBe(true);
  });

  test("a mode mask holds for what is made in the caller's place", async () => {
    const script = `cd ${other}; umask 077; ${probe} mkdirat new`;
    const gate = await start([], { argv: ['/bin/bash', '-c', script] });
    const held = await gate.wait(isChange);
    await holder.command('mount', rootOf(gate), other, 'rw');
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toBe('mkdirat ok\n');
    expect(statSync(join(other, 'new')).mode & 0o777).toBe(0o700);
    expect(statSync(join(other, 'new')).uid).toBe(statSync(other).uid);
  });

  test('reported instead of held: one line for each, and the wall says no', async () => {
    const script = `/bin/true; ${probe} mkdirat ${other}/new; ${probe} unlinkat ${other}/gone; ${probe} unlinkat ${other}/file`;
    // The order is sent before the answer that lets the shell go on.
    const decide = (event: GateEvent): string | undefined =>
      event.path === '/bin/true' ? `writes report\nallow ${event.slot}` : allowAll(event);
    const gate = await start([], { argv: ['/bin/bash', '-c', script], decide });
    expect((await gate.finished).stdout).toBe('mkdirat EROFS\nunlinkat EROFS\nunlinkat EROFS\n');
    const denied = gate.events.filter((event) => event.type === 'denied');
    expect(denied.map(({ op, path }) => [op, path])).toEqual([
      ['write', `${other}/new`],
      ['write', `${other}/file`],
    ]);
  });

  test('the engine is gone: a held change is refused', async () => {
    const gate = await start(['mkdirat', `${other}/new`]);
    await gate.wait(isChange);
    gate.socket.destroy();
    const result = await gate.finished;
    expect(result.stderr).toContain('sallyport: refused: the engine is gone');
    expect(existsSync(join(other, 'new'))).toBe(false);
  });
});
