import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';

const helpers = buildHelpers();
const program = helpers.path('janitor');
afterAll(removeFolders);

interface Ready {
  readonly type: string;
  readonly created: readonly string[];
  readonly present: readonly string[];
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly errno: string }>;
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each(users)('the janitor as $name', (user) => {
  let root: string;
  let state: string;

  beforeEach(() => {
    root = makeFolder(user);
    state = join(root, 'x.state');
  });

  async function start(
    ...folders: readonly string[]
  ): Promise<{ child: ChildProcessWithoutNullStreams; ready: Ready; ended: Promise<unknown> }> {
    const child = spawn(program, ['--state', state, ...folders], { ...user.ids, stdio: 'pipe' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const line = await lines.next();
    return { child, ready: JSON.parse(String(line.value)) as Ready, ended };
  }

  test('files are made with what they are to hold, and removed only as they were made', async () => {
    const [empty, self, changed, there] = ['empty', 'self', 'changed', 'there'].map((name) =>
      join(root, name),
    ) as [string, string, string, string];
    writeFileSync(there, '');
    const janitor = await start(`=${empty}`, `.${self}`, `=${changed}`, `=${there}`);
    expect(janitor.ready).toEqual({
      type: 'ready',
      created: [empty, self, changed],
      present: [],
      skipped: [],
    });
    expect([readFileSync(empty, 'utf8'), readFileSync(self, 'utf8')]).toEqual(['', '.\n']);
    writeFileSync(changed, 'kept');
    janitor.child.stdin.end('end\n');
    await janitor.ended;
    expect([empty, self].map((path) => existsSync(path))).toEqual([false, false]);
    expect([changed, there].map((path) => readFileSync(path, 'utf8'))).toEqual(['kept', '']);
  });

  test('makes what is missing, leaves what is there, cleans at the end of input', async () => {
    const [made, inner, there] = ['a b\nc', 'a b\nc/d', 'there'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(there);
    const janitor = await start(made, inner, there, join(root, 'no/parent'));
    expect(janitor.ready).toEqual({
      type: 'ready',
      created: [made, inner],
      present: [],
      skipped: [{ path: join(root, 'no/parent'), errno: 'ENOENT' }],
    });
    expect(statSync(inner).mode & 0o777).toBe(0o755);
    expect(statSync(state).mode & 0o777).toBe(0o600);
    janitor.child.stdin.end();
    await janitor.ended;
    expect([made, there, state].map((path) => existsSync(path))).toEqual([false, true, false]);
  });

  test('a folder that has been filled stays', async () => {
    const [full, empty] = [join(root, 'full'), join(root, 'empty')];
    const janitor = await start(full, empty);
    writeFileSync(join(full, 'file'), '');
    janitor.child.stdin.end();
    await janitor.ended;
    expect([full, empty].map((path) => existsSync(path))).toEqual([true, false]);
  });

  test('no symlink is followed, neither to make nor to remove', async () => {
    const outside = makeFolder(user);
    mkdirSync(join(outside, 'target'));
    symlinkSync(outside, join(root, 'link'));
    symlinkSync(join(outside, 'nothing'), join(root, 'dangling'));
    mkdirSync(join(root, 'sub'));
    own(join(root, 'sub'), user);
    const janitor = await start(join(root, 'link/new'), join(root, 'dangling'), join(root, 'sub/target'));
    expect(janitor.ready.skipped).toEqual([{ path: join(root, 'link/new'), errno: 'ELOOP' }]);
    expect(janitor.ready.created).toEqual([join(root, 'sub/target')]);
    rmdirSync(join(root, 'sub/target'));
    rmdirSync(join(root, 'sub'));
    symlinkSync(outside, join(root, 'sub'));
    janitor.child.stdin.end();
    await janitor.ended;
    expect(
      [join(outside, 'target'), join(outside, 'new'), join(outside, 'nothing')].map((path) =>
        existsSync(path),
      ),
    ).toEqual([true, false, false]);
  });

  test('cleans after kill -9 of its parent, and ends', async () => {
    const made = join(root, 'made');
    const parent = spawn('/bin/sh', ['-c', '"$@" & wait', 'sh', program, '--state', state, made], {
      ...user.ids,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    expect(existsSync(made)).toBe(true);
    parent.kill('SIGKILL');
    parent.stdin.destroy();
    await until(() => !existsSync(made) && !existsSync(state));
  });

  test('terminal signals do not end it', async () => {
    const janitor = await start(join(root, 'made'));
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) janitor.child.kill(signal);
    janitor.child.stdin.end();
    await janitor.ended;
    expect(existsSync(join(root, 'made'))).toBe(false);
  });

  test('two that share a state file: the last one cleans for both', async () => {
    const [first, second] = [join(root, 'first'), join(root, 'second')];
    const one = await start(first);
    const two = await start(first, second);
    expect(two.ready).toMatchObject({ created: [second], present: [first], skipped: [] });
    one.child.stdin.end();
    await one.ended;
    expect([first, second].map((path) => existsSync(path))).toEqual([true, true]);
    two.child.stdin.end();
    await two.ended;
    expect([first, second, state].map((path) => existsSync(path))).toEqual([false, false, false]);
  });

  test('two that end together leave nothing behind', async () => {
    for (let round = 0; round < 5; round++) {
      const both = [await start(join(root, 'a')), await start(join(root, 'b'))];
      for (const { child } of both) child.stdin.end();
      await Promise.all(both.map(({ ended }) => ended));
      expect(['a', 'b', 'x.state'].map((name) => existsSync(join(root, name)))).toEqual([
        false,
        false,
        false,
      ]);
    }
  });

  test('locks held by a sandbox keep the placeholders of all roots, sweep removes them later', async () => {
    const made = join(root, 'made');
    const janitor = await start(made);
    const gate = helpers.path('exec-gate');
    // the state of this root comes last: each lock counts, not only the first
    const other = join(root, 'other.state');
    writeFileSync(other, '', { mode: 0o666 });
    const locks = ['--hold-lock', other, '--hold-lock', state];
    const sandbox = spawn(gate, ['sup', ...locks, '--', '/bin/sh', '-c', 'echo here; read x'], {
      ...user.ids,
      stdio: 'pipe',
    });
    await new Promise((resolve) => sandbox.stdout.once('data', resolve));
    janitor.child.kill('SIGKILL');
    await janitor.ended;
    const sweep = (): number | null => spawnSync(program, ['--sweep', root], { ...user.ids }).status;
    expect(sweep()).toBe(0);
    expect(existsSync(made)).toBe(true);
    expect(readFileSync(state, 'utf8')).toContain('made\n');
    sandbox.stdin.end();
    await new Promise((resolve) => sandbox.once('close', resolve));
    expect(sweep()).toBe(0);
    expect([made, state].map((path) => existsSync(path))).toEqual([false, false]);
  });
});

test('a state file that cannot be made is a failure of its own', () => {
  const result = spawnSync(program, ['--state', '/proc/none/x', '/tmp/never'], { encoding: 'utf8' });
  expect(result.status).toBe(125);
  expect(result.stderr).toMatch(/^sallyport: janitor: .*: No such file or directory\n$/);
});
