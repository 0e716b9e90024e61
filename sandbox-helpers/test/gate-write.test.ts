import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
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

describe.each(users)('held writes as $name', (user) => {
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
  });

  function start(script: string, more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: ['/bin/bash', '-c', script],
      gate: 'exec,write',
      decide: (event) => (event.type === 'write' ? undefined : allowAll(event)),
      ...more,
    });
  }

  function rootOf(gate: RunningGate): number {
    return gate.events.find((event) => event.type === 'root')?.pid ?? 0;
  }

  const isWrite = (event: GateEvent): boolean => event.type === 'write';

  test('a held write goes on after the mount, in the same process, and is held again after the umount', async () => {
    const gate = await start(
      `echo $$; echo one > ${other}/file; echo $$; /bin/true; read x; echo two > ${other}/file || echo stopped; echo $$`,
    );
    const first = await gate.wait(isWrite);
    expect(first).toMatchObject({
      path: `${other}/file`,
      kind: 'missing',
      cwd: workspace,
      pid: rootOf(gate),
    });
    expect(first.argv.slice(0, 2)).toEqual(['/bin/bash', '-c']);
    expect(await holder.command('mount', rootOf(gate), other, 'rw')).toMatchObject({ ok: true });
    gate.send(`allow ${first.slot}`);
    await gate.wait((event) => event.path === '/bin/true');
    expect(await holder.command('umount', rootOf(gate), other)).toMatchObject({ ok: true });
    gate.child.stdin?.write('\n');
    const second = await gate.wait(isWrite, 2);
    expect(second).toMatchObject({ path: `${other}/file`, kind: 'file' });
    gate.send(`deny ${second.slot} ${encodeField('sallyport: rejected')}`);
    const result = await gate.finished;
    const [pid, again, stopped, last] = result.stdout.split('\n');
    expect([again, stopped, last]).toEqual([pid, 'stopped', pid]);
    expect(result.stderr).toMatch(/^sallyport: rejected\n.*Read-only file system\n$/);
    expect(readFileSync(`${other}/file`, 'utf8')).toBe('one\n');
  });

  test('a caller whose directory lies in the grant is served through the new mount', async () => {
    const script = `cd ${other}; umask 027; echo one > first; echo two > second; echo more >> first; cat <&- first 2>&1; cd .; cd ${other}; cat first`;
    const gate = await start(script);
    const held = await gate.wait(isWrite);
    expect(held).toMatchObject({ path: `${other}/first`, kind: 'missing' });
    await holder.command('mount', rootOf(gate), other, 'rw');
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toContain('one\nmore\n');
    expect(gate.events.filter(isWrite).length).toBe(1);
    expect(readFileSync(`${other}/second`, 'utf8')).toBe('two\n');
    expect(statSync(`${other}/first`).mode & 0o777).toBe(0o640);
  });

  test('a question holds the file that the caller runs, whatever it calls itself', async () => {
    const gate = await start(
      `(exec -a git /bin/bash -c 'echo > ${other}/file'); (exec -a git /bin/bash -c 'mkdir ${other}/made')`,
      { decide: (event) => (['write', 'change'].includes(event.type) ? undefined : allowAll(event)) },
    );
    const write = await gate.wait(isWrite);
    expect(write).toMatchObject({ argv: ['git', '-c', `echo > ${other}/file`] });
    expect(write.program).toBe(realpathSync('/bin/bash'));
    gate.send(`deny ${write.slot} %`);
    const change = await gate.wait((event) => event.type === 'change');
    expect(change.program).toBe(realpathSync('/bin/mkdir'));
    gate.send(`deny ${change.slot} %`);
    await gate.finished;
  });

  test('what the wall allows anyway and what no grant could allow is not held', async () => {
    const script = [
      'echo a > here',
      'echo b > /dev/null',
      'echo c > /proc/self/comm',
      'echo d > /nowhere/at/all',
      'echo e > /etc',
      'cat /etc/passwd > /dev/null',
      'cat here >> here2',
      ': > /proc/1/mem',
      '/usr/bin/python3 -c "import os; os.open(\'/usr/bin/env\', os.O_PATH)"',
    ].join('; ');
    const gate = await start(script);
    await gate.finished;
    expect(gate.events.filter(isWrite)).toEqual([]);
    expect(readFileSync(join(workspace, 'here'), 'utf8')).toBe('a\n');
  });

  test('a file that its own permissions close is left to the kernel', async () => {
    const file = join(other, 'closed');
    writeFileSync(file, 'x', { mode: 0o444 });
    own(file, user);
    const theirs = makeFolder(
      user?.ids === undefined ? { name: 'other', ids: { uid: 1001, gid: 1001 } } : undefined,
    );
    if (process.getuid?.() === 0) {
      const gate = await start(`echo no > ${theirs}/file; echo no > ${file}`);
      await gate.finished;
      expect(gate.events.filter(isWrite)).toEqual([]);
    }
  });

  test('links are resolved as the sandbox sees them', async () => {
    mkdirSync(join(other, 'real'));
    writeFileSync(join(other, 'real', 'file'), 'x');
    own(other, user);
    const gate = await start(
      `ln -s ${other}/real link; ln -s /../..${other}/real/file deep; echo a > link/file; echo b > deep; echo c > link/../real/new`,
      {
        decide: (event) => (event.type === 'write' ? `deny ${event.slot} %` : allowAll(event)),
      },
    );
    await gate.finished;
    expect(gate.events.filter(isWrite).map(({ path, kind }) => [path, kind])).toEqual([
      [`${other}/real/file`, 'file'],
      [`${other}/real/file`, 'file'],
      [`${other}/real/new`, 'missing'],
    ]);
  });

  test('every way to open for writing is held: open, creat, openat, openat2, temporary files', async () => {
    const source = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
path = b"${other}/new"
def show(result):
    print(result, ctypes.get_errno())
O = os.O_WRONLY | os.O_CREAT
show(libc.syscall(257, -100, path, O, 0o600))
how = (ctypes.c_uint64 * 3)(O, 0o600, 0)
show(libc.syscall(437, -100, path, ctypes.byref(how), 24))
show(libc.syscall(257, -100, b"${other}", os.O_TMPFILE | os.O_RDWR, 0o600))
if os.uname().machine == "x86_64":
    show(libc.syscall(2, path, O, 0o600))
    show(libc.syscall(85, path, 0o600))
`;
    writeFileSync(join(workspace, 'ways.py'), source);
    const gate = await start('/usr/bin/python3 ways.py', {
      decide: (event) => (event.type === 'write' ? `deny ${event.slot} %` : allowAll(event)),
    });
    const result = await gate.finished;
    const ways = process.arch === 'x64' ? 5 : 3;
    expect(result.stdout).toBe('-1 30\n'.repeat(ways));
    expect(gate.events.filter(isWrite).map(({ kind }) => kind)).toEqual(
      ['missing', 'missing', 'dir', 'missing', 'missing'].slice(0, ways),
    );
  });

  test('writes can be passed on or reported instead of held', async () => {
    const gate = await start(`read x; echo a > ${other}/a; read x; echo b > ${other}/b; echo done`);
    await gate.wait((event) => event.type === 'root');
    gate.send('writes report');
    // Two channels: the supervisor must have read its line before the shell reads its own.
    await sleep(300);
    gate.child.stdin?.write('\n');
    const denied = await gate.wait((event) => event.type === 'denied');
    expect(denied).toMatchObject({ path: `${other}/a`, pid: rootOf(gate) });
    gate.send('writes pass');
    await sleep(300);
    gate.child.stdin?.write('\n');
    const result = await gate.finished;
    expect(result.stdout).toBe('done\n');
    expect(result.stderr.match(/Read-only file system/g)?.length).toBe(2);
    expect(gate.events.filter((event) => event.type === 'denied' || event.type === 'write').length).toBe(1);
  });

  test('a program that was let through is held at its writes too', async () => {
    const gate = await start(`touch ${other}/made; echo $?`, {
      decide: (event) =>
        event.type === 'write' ? `deny ${event.slot} ${encodeField('sallyport: no')}` : allowAll(event),
    });
    const result = await gate.finished;
    expect(result.stdout).toBe('1\n');
    expect(result.stderr).toContain('sallyport: no\n');
  });
});
