import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildHelpers, compileProgram, makeFolder, removeFolders, users } from './support/helper-files.ts';
import { allowAll, type GateSpec, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
const bomb = compileProgram('fork-bomb', makeFolder());
afterAll(removeFolders);

const PIDS_PLACE = '/sys/fs/cgroup/pids';
const hasPidsPlace = process.getuid?.() === 0 && existsSync(join(PIDS_PLACE, 'cgroup.procs'));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe.each(users)('limits of a launch as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;

  beforeAll(async () => {
    workspace = makeFolder(user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  /** In the wall, without an engine: what is said goes to standard error. */
  function run(limits: readonly string[], argv: readonly string[]): Promise<Ended> {
    const words = [
      ...['sup', '--anchor', String(holder.anchorPid), '--wall', helpers.path('wall.bpf'), ...limits, '--'],
      ...['/usr/bin/bwrap', '--unshare-user', '--disable-userns', '--unshare-pid', '--unshare-ipc'],
      ...[
        '--die-with-parent',
        '--cap-drop',
        'ALL',
        '--ro-bind',
        '/',
        '/',
        '--dev',
        '/dev',
        '--proc',
        '/proc',
      ],
      ...['--bind', workspace, workspace, '--seccomp', '10', '--chdir', workspace, '--', ...argv],
    ];
    const child = spawn(helpers.path('exec-gate'), words, {
      ...user.ids,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve) =>
      child.once('close', (code, signal) => {
        // A supervisor without rights cannot take away a group of root's: whoever started it does.
        const group = join(PIDS_PLACE, `sallyport-${child.pid}`);
        if (existsSync(group)) rmdirSync(group);
        resolve({ code, signal, stdout, stderr });
      }),
    );
  }

  const bash = (script: string): string[] => ['/bin/bash', '-c', script];

  test('too many processes end all of it', async () => {
    const ended = await run(
      ['--max-processes', '40'],
      bash('for i in {1..100}; do sleep 300 & done 2>/dev/null; wait'),
    );
    expect(ended.code).toBe(137);
    expect(ended.stderr).toBe(
      'sallyport: stopped: more than 40 processes and threads (limits.max_processes; --max-procs N)\n',
    );
  });

  test('threads count as processes do', async () => {
    const script =
      'import threading,time\nfor i in range(60): threading.Thread(target=time.sleep, args=(300,)).start()';
    const ended = await run(['--max-processes', '40'], ['/usr/bin/python3', '-c', script]);
    expect([ended.code, ended.stderr]).toEqual([137, expect.stringContaining('limits.max_processes')]);
  });

  test('a number of processes below the limit is left alone', async () => {
    const ended = await run(
      ['--max-processes', '100', '--max-memory', String(2 ** 30)],
      bash('for i in {1..40}; do sleep 1 & done; wait; echo done'),
    );
    expect(ended).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  });

  test('a fork bomb does not get away', async () => {
    const limits = ['--max-processes', '200'];
    if (user.ids === undefined && hasPidsPlace) limits.push('--pids-group', PIDS_PLACE);
    const cap = user.ids === undefined && hasPidsPlace ? [] : [helpers.path('exec-gate'), 'cap', '216', '--'];
    const ended = await run(limits, [...cap, bomb]);
    expect(ended.code).toBe(137);
    expect(ended.stderr).toContain('more than 200 processes');
    expect(processesOf(bomb)).toEqual([]);
  });

  test('too much memory ends it', async () => {
    const ended = await run(
      ['--max-memory', String(100 * 2 ** 20)],
      ['/usr/bin/python3', '-c', 'b = bytearray(300 << 20)\nimport time; time.sleep(300)'],
    );
    expect(ended.code).toBe(137);
    expect(ended.stderr).toBe(
      'sallyport: stopped: more than 100 MiB of memory (limits.max_memory; --max-memory SIZE)\n',
    );
  });

  test('memory that processes share counts once', async () => {
    const script = [
      'import os, time',
      'b = b"x" * (60 << 20)',
      'for i in range(4):',
      '  if os.fork() == 0: time.sleep(2); os._exit(0)',
      'for i in range(4): os.wait()',
      'print("done")',
    ].join('\n');
    const ended = await run(['--max-memory', String(150 * 2 ** 20)], ['/usr/bin/python3', '-c', script]);
    expect(ended).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  });

  test('a file stops at its limit, and the signal is named', async () => {
    const ended = await run(
      ['--max-file-size', String(2 ** 20)],
      ['/bin/dd', 'if=/dev/zero', 'of=large', 'bs=65536', 'count=1000', 'status=none'],
    );
    expect(ended.code).toBe(128 + 25);
    expect(ended.stderr).toBe(
      'sallyport: stopped: a file of more than 1 MiB (limits.max_file_size; --max-file-size SIZE)\n',
    );
    expect(statSync(join(workspace, 'large')).size).toBe(2 ** 20);
  });

  test('time is up, also for what went into the background', async () => {
    const ended = await run(['--max-time', '1000'], bash('setsid sleep 300 & trap "" TERM; sleep 300'));
    expect(ended.code).toBe(137);
    expect(ended.stderr).toBe('sallyport: stopped: longer than 1 s (limits.max_time; --max-time DURATION)\n');
  });

  test('no core files, so many descriptors, and no way to raise either', async () => {
    const ended = await run(
      ['--max-open-files', '64'],
      bash('ulimit -c; ulimit -n; ulimit -Hn 65 2>/dev/null || echo kept'),
    );
    expect(ended).toMatchObject({ code: 0, stdout: '0\n64\nkept\n', stderr: '' });
  });

  test('what runs inside is the first that a machine without memory ends', async () => {
    const ended = await run([], bash('cat /proc/self/oom_score_adj'));
    expect(Number(ended.stdout)).toBeGreaterThanOrEqual(500);
  });

  test('an engine is told in place of standard error', async () => {
    const gate = await startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: bash('sleep 300'),
      decide: allowAll,
      limits: ['--max-time', '1000'],
    } satisfies GateSpec);
    const ended = await gate.finished;
    expect([ended.code, ended.stderr]).toEqual([137, '']);
    expect(gate.events.find((event) => event.type === 'limit')).toMatchObject({
      name: 'time',
      rule: 'longer than 1 s (limits.max_time; --max-time DURATION)',
    });
  });

  test.skipIf(!hasPidsPlace || user.ids !== undefined)(
    'a program that gives up by itself at the limit has the status of an ended launch too',
    async () => {
      const limits = ['--max-processes', '30', '--pids-group', PIDS_PLACE];
      const script = [
        'import os, time',
        'try:',
        '  for i in range(100):',
        '    if os.fork() == 0: time.sleep(300)',
        'except OSError:',
        '  os._exit(1)',
      ].join('\n');
      const ended = await run(limits, ['/usr/bin/python3', '-c', script]);
      expect([ended.code, ended.stderr]).toEqual([137, expect.stringContaining('more than 30 processes')]);
    },
  );

  test.skipIf(!hasPidsPlace || user.ids !== undefined)('a control group keeps the number', async () => {
    const limits = ['--max-processes', '40', '--pids-group', PIDS_PLACE];
    const ended = await run(limits, bash('for i in {1..100}; do sleep 300 & done 2>/dev/null; wait'));
    expect([ended.code, ended.stderr]).toEqual([137, expect.stringContaining('more than 40 processes')]);
  });
});

function processesOf(program: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`);
    } catch {
      return false;
    }
  });
}

test.each([
  ['--max-processes', '0'],
  ['--max-memory', '-1'],
  ['--max-time', '1x'],
  ['--max-file-size', ''],
  ['--max-open-files', '10'],
])('no limit, no launch: %s %s', (name, value) => {
  const words = ['sup', name, value, '--', '/bin/echo', 'ran'];
  const { status, stdout, stderr } = spawnSync(helpers.path('exec-gate'), words, { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([125, '', expect.stringContaining(name)]);
});
