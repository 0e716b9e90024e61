import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

describe.each(users)('what a launch without a gate gets from its starter, as $name', (user) => {
  let holder: RunningHolder;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = makeFolder(user);
    file = join(folder, 'file');
    writeFileSync(file, 'kept\n');
    own(folder, user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  function words(script: string): readonly string[] {
    return [
      ...['sup', '--anchor', String(holder.anchorPid), '--wall', helpers.path('wall.bpf'), '--'],
      ...['/usr/bin/bwrap', '--unshare-user', '--unshare-pid', '--die-with-parent', '--cap-drop', 'ALL'],
      ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--seccomp', '10'],
      ...['--', '/bin/bash', '-c', script],
    ];
  }

  function run(script: string, input: string): { status: number | null; stdout: string; stderr: string } {
    const opened = openSync(input, 'r');
    try {
      return spawnSync(helpers.path('exec-gate'), words(script), {
        ...user.ids,
        cwd: '/',
        encoding: 'utf8',
        stdio: [opened, 'pipe', 'pipe'],
      });
    } finally {
      closeSync(opened);
    }
  }

  test('a file as standard input is read to its end, and cannot be written', () => {
    writeFileSync(file, `${'0123456789'.repeat(100_000)}\n`);
    expect(run('wc -c', file)).toMatchObject({ status: 0, stdout: '1000001\n' });
    expect(run('read -n 4 x; echo $x', file)).toMatchObject({ status: 0, stdout: '0123\n' });
    writeFileSync(file, 'kept\n');
    const result = run('echo more >> /proc/self/fd/0; : > /dev/stdin; echo end', file);
    expect(result.stdout).toBe('end\n');
    expect(readFileSync(file, 'utf8')).toBe('kept\n');
  });

  test('a file that is only appended to is neither emptied nor read', () => {
    const opened = openSync(file, 'a');
    const script = ': > /proc/self/fd/1; echo new; echo worse >&2';
    const stdio = ['ignore', opened, opened] as const;
    const { status } = spawnSync(helpers.path('exec-gate'), words(script), {
      ...user.ids,
      cwd: '/',
      stdio: [...stdio],
    });
    closeSync(opened);
    expect(status).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('new\n');
    expect(readFileSync(file, 'utf8').match(/kept/g)).toHaveLength(1);
  });

  test('a folder as standard input is refused', () => {
    expect(run('cat /proc/self/fd/0/file', folder)).toEqual(
      expect.objectContaining({
        status: 125,
        stdout: '',
        stderr:
          'sallyport: exec-gate: standard streams: one of them is a folder, from which everything outside of the wall can be reached\n',
      }),
    );
  });

  test('a signal to its own group does not reach the supervisor', async () => {
    const script = `import os, signal
if os.fork() == 0:
    os.setsid()
    while True: signal.pause()
os.kill(0, signal.SIGSTOP)`;
    const child = spawn(
      helpers.path('exec-gate'),
      [...words(`exec /usr/bin/python3 -c '${script}'`).toSpliced(1, 0, '--max-time', '2000')],
      { ...user.ids, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(137);
  });

  test('a signal from its starter reaches it', async () => {
    const child = spawn(
      helpers.path('exec-gate'),
      [...words("trap 'echo told; exit 7' TERM; echo ready; while :; do read -t 1 < <(:); done")],
      { ...user.ids, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (output === '') child.kill('SIGTERM');
      output += chunk.toString();
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect([status, output]).toEqual([7, 'ready\ntold\n']);
  });
});
