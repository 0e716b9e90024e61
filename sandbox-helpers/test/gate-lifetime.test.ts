import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, removeFolders, users } from './support/helper-files.ts';
import { allowAll, askedOf, type GateSpec, type RunningGate, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

let lastMarker = 0;

/** A word that finds a test's processes again. */
function makeMarker(): string {
  return `marker-${process.pid}-${++lastMarker}`;
}

function findProcesses(marker: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    return readCommandLine(name).includes(marker);
  });
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.each(users)('the life of a launch as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;

  beforeAll(async () => {
    workspace = makeFolder(user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  function start(script: string, more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: ['/bin/bash', '-c', script],
      decide: allowAll,
      ...more,
    });
  }

  test('an engine that hangs up means refused, and the end of the launch', async () => {
    const gate = await start('/bin/echo held; echo $?; while :; do uname; done', { decide: () => undefined });
    await gate.wait((event) => event.type === 'exec');
    gate.socket.end();
    const result = await gate.finished;
    expect(result.code).toBe(137);
    expect(result.stdout).not.toContain('held');
    expect(result.stdout).not.toContain('Linux');
    expect(result.stdout).toContain('126\n');
    expect(result.stderr).toContain('sallyport: refused: the engine is gone\n');
  });

  test.each([
    'nonsense',
    'allow',
    'allow 1 2',
    'allow -1',
    'allow 999',
    'deny 1',
    'allow  1',
    'signal 0',
    'a%GG',
    'allow%00 1',
  ])('a line that is no command counts as hanging up: %s', async (line) => {
    const gate = await start('/bin/echo held; sleep 60', { decide: () => undefined });
    await gate.wait((event) => event.type === 'exec');
    gate.send(line);
    const result = await gate.finished;
    expect(result.code).toBe(126);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('sallyport: refused: the engine is gone\n');
  });

  test("the status is the program's, with 128 for a signal", async () => {
    expect((await (await start('exit 42')).finished).code).toBe(42);
    expect((await (await start('kill -TERM $$')).finished).code).toBe(143);
    expect((await (await start('exit 42', { gate: 'none' })).finished).code).toBe(42);
  });

  test.each(['exec', 'none'] as const)(
    'signals reach the root program and what it runs, with gate %s',
    async (mode) => {
      const script = 'trap "echo got-term; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
      const gate = await start(script, { gate: mode });
      await new Promise((resolve) => gate.child.stdout?.once('data', resolve));
      gate.send('signal 15');
      expect(await gate.finished).toMatchObject({ code: 9, stdout: 'ready\ngot-term\n' });
    },
  );

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'the supervisor hands %s on',
    async (signal) => {
      const gate = await start(
        `trap "echo got; exit 9" ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      );
      await new Promise((resolve) => gate.child.stdout?.once('data', resolve));
      gate.child.kill(signal);
      expect(await gate.finished).toMatchObject({ code: 9, stdout: 'ready\ngot\n' });
    },
  );

  test('an interrupt ends a foreground program of the root shell', async () => {
    const gate = await start('/bin/sleep 60');
    await gate.wait((event) => event.type === 'exec');
    await until(() => gate.events.some((event) => event.type === 'exec'));
    gate.send('signal 2');
    expect((await gate.finished).code).toBe(130);
  });

  test('kill ends everything at once', async () => {
    const marker = makeMarker();
    const gate = await start(
      `(trap "" TERM; setsid bash -c 'sleep 60; : ${marker}') & sleep 60; : ${marker}`,
    );
    await gate.wait((event) => event.type === 'exec' && event.argv.includes('60'), 2);
    gate.send('kill');
    expect((await gate.finished).code).toBe(137);
    expect(findProcesses(marker)).toEqual([]);
  });

  test.each(['wall', 'bare'] as const)(
    'kill -9 of the process that started it leaves nothing: %s',
    async (kind) => {
      const marker = makeMarker();
      const inside = `(trap "" TERM HUP; setsid bash -c 'while sleep 0.1; do : ${marker}; done') & while sleep 0.1; do : ${marker}; done`;
      const wall =
        kind === 'wall' ? ['--anchor', String(holder.anchorPid), '--wall', helpers.path('wall.bpf')] : [];
      const bwrap = [
        '/usr/bin/bwrap',
        '--unshare-user',
        '--unshare-pid',
        '--die-with-parent',
        '--ro-bind',
        '/',
        '/',
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--',
      ];
      const words = [
        helpers.path('exec-gate'),
        'sup',
        ...wall,
        '--',
        ...(kind === 'wall' ? bwrap : []),
        '/bin/bash',
        '-c',
        inside,
      ];
      const parent = spawn('/bin/sh', ['-c', '"$@" & wait', 'sh', ...words], {
        ...user.ids,
        stdio: 'ignore',
        detached: true,
      });
      const isInside = (pid: string): boolean => /^(\/bin\/)?bash\0-c/.test(readCommandLine(pid));
      await until(() => findProcesses(marker).filter(isInside).length >= 2);
      parent.kill('SIGKILL');
      await until(() => findProcesses(marker).length === 0);
      expect(findProcesses(marker)).toEqual([]);
    },
  );

  test("kill -9 of a gated launch's supervisor leaves nothing", async () => {
    const marker = makeMarker();
    const gate = await start(`setsid bash -c 'sleep 60; : ${marker}' & sleep 60; : ${marker}`);
    await gate.wait((event) => event.type === 'exec' && event.argv.includes('60'), 2);
    gate.child.kill('SIGKILL');
    await until(() => findProcesses(marker).length === 0);
    expect(findProcesses(marker)).toEqual([]);
  });

  test('what a root program without a wall leaves running ends with its gated launch', async () => {
    const marker = makeMarker();
    const gate = await startGate({
      helpers: helpers.folder,
      user,
      workspace,
      argv: ['/bin/bash', '-c', `setsid bash -c 'sleep 60; : ${marker}' & uname; exit 5`],
      decide: allowAll,
    });
    expect(await gate.finished).toMatchObject({ code: 5, stdout: 'Linux\n' });
    expect(findProcesses(marker)).toEqual([]);
  });

  test('the gate works without a wall', async () => {
    const gate = await startGate({
      helpers: helpers.folder,
      user,
      workspace,
      argv: ['/bin/bash', '-c', 'uname; rm -f x; echo $?; sh -c "uname -s; date >/dev/null"'],
      decide: (event) =>
        event.type === 'exec' && event.argv[0] === 'rm'
          ? `deny ${event.slot} ${encodeField('no')}`
          : allowAll(event),
    });
    const result = await gate.finished;
    expect(result).toMatchObject({ code: 0, stdout: 'Linux\n126\nLinux\n' });
    expect(askedOf(gate)).toEqual([
      'uname',
      'rm -f x',
      'sh -c uname -s; date >/dev/null',
      'uname -s',
      'date',
    ]);
    expect(gate.events.some((event) => event.type === 'captured' && event.ok === false)).toBe(false);
  });

  test('a reason reaches a terminal', async () => {
    const gate = await start("script -qec 'rm x' /dev/null", {
      decide: (event) => {
        if (event.type === 'exec' && event.argv[0] === 'rm')
          return `deny ${event.slot} ${encodeField('sallyport: not here')}`;
        return event.type === 'exec' ? `through ${event.slot}` : undefined;
      },
      environment: { SHELL: '/bin/bash' },
    });
    expect((await gate.finished).stdout).toContain('sallyport: not here\r\n');
  });

  test('a reason for a caller whose stderr nobody reads does not stop the gate', async () => {
    const script =
      'mkfifo full; exec 3<>full; timeout 0.3 head -c 1000000 /dev/zero >&3; rm x 2>&3; echo $?; uname';
    const gate = await start(script, {
      decide: (event) =>
        event.argv?.[0] === 'rm' ? `deny ${event.slot} ${encodeField('x'.repeat(9000))}` : allowAll(event),
    });
    // bash's own complaint would wait for a reader: the gate has to have answered before
    await gate.wait((event) => event.argv?.[0] === 'rm');
    gate.send('kill');
    expect((await gate.finished).code).toBe(137);
  });

  test('an engine that reads slowly delays questions and nothing else', async () => {
    const gate = await start(
      "sh -c \"sleep 0.2; exec 0</dev/null; uname\" & /usr/bin/python3 -c \"import subprocess; [subprocess.run(['/bin/true', 'x' * 50000]) for i in range(50)]; print('all')\"; wait; uname -s",
    );
    await gate.wait((event) => event.type === 'exec' && event.path.endsWith('python3'));
    gate.socket.pause();
    await new Promise((resolve) => gate.child.stdout?.once('data', resolve));
    gate.socket.resume();
    expect((await gate.finished).stdout).toBe('all\nLinux\nLinux\n');
  });

  test("keys of the starter's session are out of reach", () => {
    const [add, keyctl] = process.arch === 'x64' ? [248, 250] : [217, 219];
    const search = `import ctypes; print(ctypes.CDLL(None).syscall(${keyctl}, 10, -3, b"user", b"their-key", 0) > 0)`;
    const script = `
import ctypes, subprocess, sys
libc = ctypes.CDLL(None)
assert libc.syscall(${keyctl}, 1, None) > 0
assert libc.syscall(${add}, b"user", b"their-key", b"x", 1, -3) > 0
for words in ([], [sys.argv[1], "sup", "--"], [sys.argv[1], "sup", "--anchor", sys.argv[2], "--"]):
    subprocess.run(words + ["/usr/bin/python3", "-c", sys.argv[3]])
`;
    const words = ['-c', script, helpers.path('exec-gate'), String(holder.anchorPid), search];
    const result = spawnSync('/usr/bin/python3', words, { ...user.ids, encoding: 'utf8', cwd: '/' });
    expect(result.stdout).toBe('True\nFalse\nFalse\n');
  });

  test('descriptors of the starter do not get in', async () => {
    const words = [
      '-c',
      'exec 7</etc/passwd 42</; exec "$0" sup -- /bin/ls /proc/self/fd',
      helpers.path('exec-gate'),
    ];
    const result = spawnSync('/bin/bash', words, { ...user.ids, encoding: 'utf8' });
    expect(result.stdout.trim().split('\n')).toEqual(['0', '1', '2', '3']);
  });
});

test('failures of its own are 125 with one line', () => {
  const program = helpers.path('exec-gate');
  const cases: ReadonlyArray<readonly [words: readonly string[], said: RegExp]> = [
    [[], /^sallyport: exec-gate: arguments: sup or run\n$/],
    [['sup', '--'], /no PROGRAM/],
    [['sup', '--gate', 'exec', '--', '/bin/true'], /a gate needs --rpc/],
    [['sup', '--gate', 'all', '--', '/bin/true'], /gate/],
    [['sup', '--rpc', '/nowhere', '--', '/bin/true'], /rpc socket: No such file/],
    [['sup', '--wall', '/nowhere', '--', '/bin/true'], /wall: No such file/],
    [['sup', '--hold-lock', '/nowhere', '--', '/bin/true'], /lock file: No such file/],
    [['sup', '--anchor', '999999', '--', '/bin/true'], /anchor: No such process/],
    [['sup', '--', '/nowhere'], /nowhere: No such file/],
    [['run', '9', '--', 'true'], /descriptor 9/],
    [['run', '8', '--', 'true'], /arguments/],
  ];
  for (const [words, said] of cases) {
    const result = spawnSync(program, words, { encoding: 'utf8', cwd: join('/') });
    expect([result.status, result.stdout]).toEqual([125, '']);
    expect(result.stderr).toMatch(said);
    expect(result.stderr.split('\n').length).toBe(2);
  }
});
