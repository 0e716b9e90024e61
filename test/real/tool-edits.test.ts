import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApprovalAnswer } from '../../src/protocol/index.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

describe.skipIf(process.platform !== 'linux')('changes of files that a tool proposes (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let cwd: string;
  let tools: ToolSession | undefined;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(() => {
    base = makeFolder('sallyport-edit', '/var/tmp');
    cwd = join(base.path, 'work');
    mkdirSync(cwd);
  });
  afterEach(async () => {
    await tools?.close();
    tools = undefined;
    base.remove();
  });

  const put = (name: string, text: string): void => {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), text);
  };
  const get = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  const open = async (answer?: () => ApprovalAnswer, policy = 'on-request'): Promise<ToolSession> => {
    tools = await openToolSession(real, { cwd, policy, ...(answer && { answer }) });
    return tools;
  };
  /** Nothing of ours is left lying about. */
  const leftOver = (folder = cwd): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.sallyport-'));

  test('inside they are applied without a question, with mode, line ends and owner kept', async () => {
    put('a.sh', 'one\r\ntwo\r\n');
    chmodSync(join(cwd, 'a.sh'), 0o754);
    put('old/name.txt', 'x\n');
    put('gone.txt', 'bye\n');
    const { propose, eventsOf, questions } = await open();
    const result = await propose('apply_patch', {
      patch: patch(
        ...['*** Update File: a.sh', '@@', '-two', '+TWO', '+three'],
        ...['*** Add File: new/deep/b.txt', '+hello'],
        ...['*** Update File: old/name.txt', '*** Move to: moved/name.txt', '@@', '-x', '+y'],
        '*** Delete File: gone.txt',
      ),
    });
    expect(result).toMatchObject({ tool: 'apply_patch', outcome: 'ran' });
    expect(result.files).toEqual([
      { path: join(cwd, 'a.sh'), change: 'modify' },
      { path: join(cwd, 'new/deep/b.txt'), change: 'create' },
      { path: join(cwd, 'moved/name.txt'), change: 'move' },
      { path: join(cwd, 'gone.txt'), change: 'delete' },
    ]);
    expect([get('a.sh'), get('new/deep/b.txt'), get('moved/name.txt')]).toEqual([
      'one\r\nTWO\r\nthree\r\n',
      'hello\n',
      'y\n',
    ]);
    expect([existsSync(join(cwd, 'old/name.txt')), existsSync(join(cwd, 'gone.txt'))]).toEqual([
      false,
      false,
    ]);
    expect(statSync(join(cwd, 'a.sh')).mode & 0o777).toBe(0o754);
    expect(statSync(join(cwd, 'new/deep/b.txt')).mode & 0o777).toBe(0o644);
    expect(questions).toEqual([]);
    expect(leftOver()).toEqual([]);
    const [proposed] = eventsOf('edit/proposed');
    expect(proposed?.files[0]).toMatchObject({
      change: 'modify',
      place: 'inside',
      patch: expect.stringContaining('+TWO'),
    });
    const step = eventsOf('step/proposed').find(({ kind }) => kind === 'edit');
    const agent = eventsOf('step/proposed').find(({ kind }) => kind === 'agent');
    expect(step?.parentId).toBe(agent?.stepId);
    expect(eventsOf('edit/applied').map(({ stepId }) => stepId)).toEqual([step?.stepId]);
    expect(eventsOf('step/finished').map(({ outcome }) => outcome)).toEqual(['ran']);
  });

  test('outside and protected ones wait for a person, with their own id and all files', async () => {
    mkdirSync(join(cwd, '.git'));
    put('.git/config', '[core]\n');
    const outside = join(base.path, 'beside.txt');
    writeFileSync(outside, 'a\n');
    const inode = statSync(outside).ino;
    const { propose, questions } = await open(() => allowOnce);
    const result = await propose('apply_patch', {
      reason: 'needed for the build',
      patch: patch(
        ...[`*** Update File: ${outside}`, '@@', '-a', '+b'],
        ...['*** Update File: .git/config', '@@', ' [core]', '+x = 1'],
      ),
    });
    expect(result).toMatchObject({ outcome: 'ran', approvalId: questions[0]?.approvalId });
    expect(questions).toHaveLength(1);
    expect(questions[0]?.approvalId).toMatch(/^edit-/);
    expect(questions[0]).toMatchObject({
      category: 'edit',
      agentReason: 'needed for the build',
      scopes: ['once'],
    });
    expect(questions[0]?.files?.map(({ place }) => place)).toEqual(['outside', 'protected']);
    expect(readFileSync(outside, 'utf8')).toBe('b\n');
    expect(get('.git/config')).toBe('[core]\nx = 1\n');
    // What the wall may have mounted by itself keeps its inode.
    expect(statSync(outside).ino).toBe(inode);
    expect(leftOver(base.path)).toEqual([]);
  });

  test('a no reaches the caller with its words, and nothing is written', async () => {
    const outside = join(base.path, 'beside.txt');
    const { propose, eventsOf } = await open(() => rejectWith('keep it in the workspace'));
    const result = await propose('apply_patch', { patch: patch(`*** Add File: ${outside}`, '+x') });
    expect(result).toMatchObject({ outcome: 'rejected', feedback: 'keep it in the workspace' });
    expect(result.message).toContain('keep it in the workspace');
    expect(existsSync(outside)).toBe(false);
    expect(eventsOf('edit/applied')).toEqual([]);
    expect(eventsOf('step/finished').at(-1)).toMatchObject({ outcome: 'rejected' });
  });

  test('under never what lies outside or is protected is refused without a question', async () => {
    put('.vscode/tasks.json', '{}\n');
    const { propose, questions } = await open(undefined, 'never');
    const outside = await propose('apply_patch', { patch: patch(`*** Add File: ${base.path}/x`, '+x') });
    const inner = await propose('apply_patch', {
      patch: patch('*** Update File: .vscode/tasks.json', '@@', '-{}', '+{"a": 1}'),
    });
    const fresh = await propose('apply_patch', { patch: patch('*** Add File: .envrc', '+curl x | sh') });
    expect([outside.outcome, inner.outcome, fresh.outcome]).toEqual(['refused', 'refused', 'refused']);
    expect([questions.length, existsSync(join(cwd, '.envrc'))]).toEqual([0, false]);
    expect(get('.vscode/tasks.json')).toBe('{}\n');
  });

  test('one file that does not fit keeps all of them from changing', async () => {
    put('a.txt', 'a\n');
    put('b.txt', 'b\n');
    const { propose, eventsOf } = await open();
    const lines = ['*** Update File: a.txt', '@@', '-a', '+A', '*** Add File: c.txt', '+c'];
    const wrong = await propose('apply_patch', {
      patch: patch(...lines, '*** Update File: b.txt', '@@', '-nothing', '+B'),
    });
    expect(wrong).toMatchObject({ outcome: 'fault', message: expect.stringContaining('b.txt') });
    expect([get('a.txt'), get('b.txt'), existsSync(join(cwd, 'c.txt'))]).toEqual(['a\n', 'b\n', false]);
    expect(eventsOf('edit/proposed')).toEqual([]);
  });

  test('a file that has changed since it was shown keeps all of them from changing', async () => {
    const outside = join(base.path, 'third.txt');
    writeFileSync(outside, 'x\n');
    put('a.txt', 'a\n');
    const { propose, asked, answer, eventsOf } = await open();
    const result = propose('apply_patch', {
      patch: patch(
        ...['*** Update File: a.txt', '@@', '-a', '+A'],
        ...['*** Add File: made/c.txt', '+c'],
        ...[`*** Update File: ${outside}`, '@@', '-x', '+y'],
      ),
    });
    const question = await asked();
    writeFileSync(outside, 'x\nsomebody else\n');
    await answer(question, allowOnce);
    const settled = await result;
    expect(settled).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('has changed since it was shown'),
    });
    expect(settled.message).toContain('nothing was changed');
    expect([get('a.txt'), readFileSync(outside, 'utf8'), existsSync(join(cwd, 'made'))]).toEqual([
      'a\n',
      'x\nsomebody else\n',
      false,
    ]);
    expect(eventsOf('edit/applied')).toEqual([]);
    expect(leftOver(base.path)).toEqual([]);
  });

  test('a folder that is swapped for a link, or a file, is not followed', async () => {
    put('sub/a.txt', 'a\n');
    put('b.txt', 'b\n');
    mkdirSync(join(base.path, 'victim'));
    writeFileSync(join(base.path, 'victim/a.txt'), 'a\n');
    writeFileSync(join(base.path, 'victim/b.txt'), 'b\n');
    const { propose, asked, answer } = await open(undefined, 'untrusted');
    const first = propose('apply_patch', { patch: patch('*** Update File: sub/a.txt', '@@', '-a', '+A') });
    const question = await asked(1);
    renameSync(join(cwd, 'sub'), join(cwd, 'was'));
    symlinkSync(join(base.path, 'victim'), join(cwd, 'sub'));
    await answer(question, allowOnce);
    expect(await first).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('has changed'),
    });
    const second = propose('apply_patch', { patch: patch('*** Update File: b.txt', '@@', '-b', '+B') });
    const next = await asked(2);
    rmSync(join(cwd, 'b.txt'));
    symlinkSync(join(base.path, 'victim/b.txt'), join(cwd, 'b.txt'));
    await answer(next, allowOnce);
    expect(await second).toMatchObject({ outcome: 'refused' });
    expect(readFileSync(join(base.path, 'victim/a.txt'), 'utf8')).toBe('a\n');
    expect(readFileSync(join(base.path, 'victim/b.txt'), 'utf8')).toBe('b\n');
    expect(leftOver(base.path)).toEqual([]);
  });

  test('a link is followed to the file behind it before it is judged', async () => {
    const outside = join(base.path, 'behind.txt');
    writeFileSync(outside, 'x\n');
    symlinkSync(outside, join(cwd, 'inside.txt'));
    const { propose, questions } = await open(() => rejectWith('no'));
    const result = await propose('apply_patch', {
      patch: patch('*** Update File: inside.txt', '@@', '-x', '+y'),
    });
    expect(result.outcome).toBe('rejected');
    expect(questions[0]?.files?.[0]).toMatchObject({ path: outside, place: 'outside' });
    symlinkSync('/nonexistent/x', join(cwd, 'dangling'));
    expect(await propose('apply_patch', { patch: patch('*** Add File: dangling', '+x') })).toMatchObject({
      outcome: 'fault',
      message: expect.stringContaining('leads nowhere'),
    });
  });

  test.each([
    ['a secret', (home: string) => [`*** Update File: ${home}/.ssh/id`, '@@', '-KEY', '+x'], 'kept secret'],
    [
      'a secret that is not there yet',
      (home: string) => [`*** Add File: ${home}/.aws/credentials`, '+x'],
      'would be a secret',
    ],
    [
      'our own home',
      (_: string, own: string) => [`*** Add File: ${own}/rules/x.rules`, '+x'],
      'Sallyport itself',
    ],
    ['/proc', () => ['*** Add File: /proc/self/comm2', '+x'], 'no file that can be patched'],
    ['a folder', () => ['*** Update File: .', '@@', '-a', '+b'], 'no plain file'],
    ['what is not there', () => ['*** Update File: nothing.txt', '@@', '-a', '+b'], 'does not exist'],
    ['what is there', () => ['*** Add File: a.txt', '+b'], 'exists already'],
    ['the same file twice', () => ['*** Add File: n', '+b', '*** Add File: ./n', '+b'], 'changed twice'],
    ['a file and one below it', () => ['*** Add File: n', '+b', '*** Add File: n/m', '+b'], 'lies below'],
    ['what is no text', () => ['*** Update File: bin', '@@', '-a', '+b'], 'is no text'],
    [
      'a move over a file',
      () => ['*** Update File: a.txt', '*** Move to: bin', '@@', '-a', '+b'],
      'nothing is moved over',
    ],
  ])('%s is refused without a question', async (_name, lines, words) => {
    const home = join(base.path, 'home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    writeFileSync(join(home, '.ssh/id'), 'KEY\n');
    put('a.txt', 'a\n');
    writeFileSync(join(cwd, 'bin'), Buffer.from([1, 0, 2]));
    tools = await openToolSession(real, { cwd, env: { HOME: home } });
    const result = await tools.propose('apply_patch', { patch: patch(...lines(home, real.home)) });
    expect(result).toMatchObject({ outcome: 'fault', message: expect.stringContaining(words) });
    expect(result.message).not.toContain('KEY');
    expect(tools.questions).toEqual([]);
    expect(readFileSync(join(home, '.ssh/id'), 'utf8')).toBe('KEY\n');
  });
});
