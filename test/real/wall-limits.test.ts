/** What a launch may use: through the engine, as a command of its own, and without a trace afterwards. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLimits } from '../../src/engine/sandbox/index.ts';
import { NO_LIMITS } from '../../src/protocol/index.ts';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { PROGRAM } from '../support/program.ts';
import { type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type DriverSpec, type DriverStep, describeSession, runSteps } from '../support/sandbox-steps.ts';

const isLinux = process.platform === 'linux';
const PIDS_PLACE = '/sys/fs/cgroup/pids';
const BOMB =
  '#include <signal.h>\n#include <unistd.h>\nint main(void) { signal(SIGCHLD, SIG_IGN); for (;;) fork(); }\n';

describe.skipIf(!isLinux).each(isLinux ? listTestUsers() : [])('limits as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  let session: Omit<DriverSpec, 'steps'>;
  // Watched by root alone, a bomb costs the machine of the tests too much.
  const mayBomb = user.uid !== 0 || describeLimits().processes === 'control-group';

  beforeAll(() => {
    for (const path of ['ws', 'home']) mkdirSync(join(base, path), { recursive: true });
    execFileSync('cc', ['-O1', '-x', 'c', '-o', join(base, 'ws/bomb'), '-'], { input: BOMB });
    session = describeSession(user, base, shareHelpers(base));
    giveTo(user, base);
  });
  afterAll(() => folder.remove());

  const run = async (limits: object, argv: [string, ...string[]]) => {
    const steps: DriverStep[] = [{ kind: 'launch', id: 'try', argv, gate: 'exec' }];
    const settings = { limits: { ...NO_LIMITS, ...limits } };
    const row = await runSteps({ ...session, settings, steps });
    return { outcome: row('try')?.outcome, rule: row('try limit')?.path };
  };

  it.runIf(mayBomb)('a fork bomb ends, and nothing of it is left', async () => {
    const result = await run({ processes: 200 }, [join(base, 'ws/bomb')]);
    expect(result.outcome).toMatchObject({ kind: 'exited', code: 137 });
    expect(result.rule).toContain('more than 200 processes and threads');
    const left = readdirSync('/proc').filter((pid) => commandOf(pid).startsWith(join(base, 'ws/bomb')));
    expect(left).toEqual([]);
  });

  it('a control group is gone with its launch', async () => {
    await run({ processes: 4096, memoryBytes: 2 ** 30 }, ['/bin/true']);
    const groups = existsSync(PIDS_PLACE) ? readdirSync(PIDS_PLACE) : [];
    const dead = groups.filter((name) => {
      const pid = /^sallyport-(\d+)$/.exec(name)?.[1];
      return pid !== undefined && commandOf(pid) === '';
    });
    expect(dead).toEqual([]);
  });

  it('memory, files and time', async () => {
    const hog = 'b = bytearray(400 << 20)\nimport time; time.sleep(300)';
    const memory = await run({ memoryBytes: 200 * 2 ** 20 }, ['/usr/bin/python3', '-c', hog]);
    expect(memory.outcome).toMatchObject({ code: 137 });
    expect(memory.rule).toContain('more than 200 MiB of memory');
    const dd = ['/bin/dd', 'if=/dev/zero', 'of=large', 'bs=1M', 'count=10240', 'status=none'] as const;
    const file = await run({ fileBytes: 50 * 2 ** 20 }, [...dd]);
    expect(file.outcome).toMatchObject({ code: 153 });
    expect(file.rule).toContain('a file of more than 50 MiB');
    expect(statSync(join(base, 'ws/large')).size).toBe(50 * 2 ** 20);
    const time = await run({ wallTimeMs: 1000 }, ['/bin/sleep', '300']);
    expect(time.outcome).toMatchObject({ code: 137 });
    expect(time.rule).toContain('longer than 1 s');
  });
});

describe.skipIf(!isLinux)('limits in a session', () => {
  let real: RealEngine;
  const folder = makeUserFolder({ name: 'root', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(async () => {
    await real.stop();
    folder.remove();
  });

  it('the history and the outcome say which limit it was', async () => {
    const ran = await real.run('echo begun; sleep 300', {
      cwd: folder.path,
      flags: { limits: { max_time: '2s' } },
    });
    expect(ran.stdout).toBe('begun\n');
    expect(ran.result).toMatchObject({ outcome: 'cancelled', exitCode: 137 });
    const rule = 'longer than 2 s (limits.max_time; --max-time DURATION)';
    expect(ran.result.message).toBe(`stopped: ${rule}`);
    const denied = ran.events.filter((event) => event.type === 'wall/denied');
    expect(denied).toEqual([expect.objectContaining({ op: 'other', rule })]);
  });

  it('a file of a program that the script starts is told once, whatever the script makes of it', async () => {
    const ran = await real.run('for n in 1 2; do head -c 3000000 /dev/zero > big; echo $?; done; echo on', {
      cwd: folder.path,
      flags: { limits: { max_file_size: '1MiB' } },
    });
    expect(ran.stdout).toBe('153\n153\non\n');
    expect(ran.result).toMatchObject({ outcome: 'ran', exitCode: 0 });
    expect(ran.stderr.match(/sallyport: stopped: a file of more than 1 MiB/g)).toHaveLength(1);
  });

  it('a full /tmp is told, a roomy one is not', async () => {
    const options = { cwd: folder.path, flags: { overrides: ['tmp_size="1MiB"'] } };
    const full = await real.run('head -c 3000000 /dev/zero > /tmp/big', options);
    expect(full.result.exitCode).not.toBe(0);
    expect(full.stderr).toMatch(
      /sallyport: look at \/tmp: The private \/tmp of the session is full.*tmp_size/,
    );
    const roomy = await real.run('head -c 300000 /dev/zero > /tmp/big', options);
    expect(roomy.result.exitCode).toBe(0);
    expect(roomy.stderr).not.toContain('is full');
  });

  it('a file that grew too large is told, and the script goes on', async () => {
    const ran = await real.run('head -c 3000000 /dev/zero > big; echo $?; exit 153', {
      cwd: folder.path,
      flags: { limits: { max_file_size: '1MiB' } },
    });
    expect(ran.stdout).toBe('153\n');
    expect(ran.result).toMatchObject({ outcome: 'ran', exitCode: 153 });
    expect(ran.stderr).toContain('sallyport: stopped: a file of more than 1 MiB');
  });
});

describe.skipIf(!isLinux)('limits of a bare command', () => {
  const folder = makeUserFolder({ name: 'root', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  afterAll(() => folder.remove());

  const sandbox = (...words: string[]) =>
    spawnSync(process.execPath, [PROGRAM, 'sandbox', ...words], {
      encoding: 'utf8',
      cwd: folder.path,
      env: { ...process.env, SALLYPORT_HOME: join(folder.path, 'home') },
    });

  it('are flags', () => {
    const timed = sandbox('--max-time', '1s', '--', 'sleep', '300');
    expect([timed.status, timed.stderr]).toEqual([
      137,
      'sallyport: stopped: longer than 1 s (limits.max_time; --max-time DURATION)\n',
    ]);
    const opened = sandbox('--max-open-files=64', '--', 'sh', '-c', 'ulimit -n');
    expect([opened.status, opened.stdout]).toEqual([0, '64\n']);
  });

  it.each([
    ['--max-procs', 'many'],
    ['--max-memory', '101%'],
    ['--max-time', '10'],
    ['--max-file-size', '-1'],
  ])('that are none are wrong usage: %s %s', (flag, value) => {
    const result = sandbox(flag, value, '--', 'echo', 'ran');
    expect([result.status, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toContain(`${flag} "${value}" is no limit`);
  });

  it('below what the wall itself needs are refused', () => {
    const result = sandbox('--max-open-files', '10', '--', 'echo', 'ran');
    expect([result.status, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toContain('64');
  });
});

function commandOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  } catch {
    return '';
  }
}
