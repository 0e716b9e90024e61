import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

const EPERM = 1;

/** Host processes that are the first of a sandbox around `workspace`. */
function findFirstProcesses(workspace: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isFirst = /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${name}/status`, 'utf8'));
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return isFirst && words.includes(workspace) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

const ATTACH = `import ctypes, os, subprocess
subprocess.Popen(['sleep', '4321'], start_new_session=True)
libc = ctypes.CDLL(None, use_errno=True)
print(libc.ptrace(16, 1, 0, 0), ctypes.get_errno(), flush=True)
print(libc.ptrace(0x4206, 1, 0, 0), ctypes.get_errno(), flush=True)
os.kill(1, 19)`;

/**
 * Takes what the first process has open, and says `n + 1` wherever a number can be said: bubblewrap's first process tells
 * how the program ended by an event descriptor. Waits only where that worked.
 */
const FORGE = `import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
first = libc.syscall(434, 1, 0)
said = False
for number in range(64):
    taken = libc.syscall(438, first, number, 0)
    if taken < 0:
        continue
    print('taken', os.readlink('/proc/self/fd/%d' % taken), flush=True)
    if 'eventfd' in os.readlink('/proc/self/fd/%d' % taken):
        said = os.write(taken, (8).to_bytes(8, 'little')) == 8
print('first', first >= 0, ctypes.get_errno(), flush=True)
if said:
    time.sleep(10)`;

const LIMIT = `import ctypes, os, resource, subprocess
libc = ctypes.CDLL(None, use_errno=True)
size = ctypes.c_ulong * 2
print(libc.prlimit(1, resource.RLIMIT_CPU, size(1, 1), None), ctypes.get_errno())
print(libc.prlimit(1, resource.RLIMIT_CPU, None, size()), ctypes.get_errno())
child = subprocess.Popen(['cat'], stdin=subprocess.PIPE)
print(libc.prlimit(child.pid, resource.RLIMIT_NOFILE, size(40, 40), None))
print(resource.prlimit(child.pid, resource.RLIMIT_NOFILE))
child.communicate()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print(resource.prlimit(0, resource.RLIMIT_CORE))`;

describe.skipIf(process.platform !== 'linux')(
  "the sandbox's first process (Linux: real gate and wall)",
  () => {
    let real: RealEngine;
    beforeAll(async () => {
      real = await startRealEngine();
    });
    afterAll(() => real.stop());

    test('cannot be taken over or stopped from inside, so the script ends', async () => {
      const folder = makeFolder();
      const ran = await real.run(`python3 -c "${ATTACH}"; exit 5`, { cwd: folder.path, policy: 'never' });
      folder.remove();
      expect(ran.stdout).toBe(`-1 ${EPERM}\n-1 ${EPERM}\n`);
      expect(ran.result.exitCode).toBe(5);
    });

    test('hands nothing out that it has open, so nobody ends the launch with a status of their own', async () => {
      const folder = makeFolder();
      const script = `python3 -c "${FORGE}"; echo after; exit 5`;
      const ran = await real.run(script, { cwd: folder.path, policy: 'never' });
      folder.remove();
      expect(ran.stdout).toBe(`first True ${EPERM}\nafter\n`);
      expect(ran.result.exitCode).toBe(5);
    });

    test('keeps its limits; those of other programs can be set', async () => {
      const folder = makeFolder();
      const ran = await real.run(`python3 -c "${LIMIT}"`, { cwd: folder.path, policy: 'never' });
      folder.remove();
      expect(ran.stdout).toBe(`-1 ${EPERM}\n-1 ${EPERM}\n0\n(40, 40)\n(0, 0)\n`);
    });

    test('shows nothing of itself, its memory least of all', async () => {
      const folder = makeFolder();
      const script = `ls -A /proc/1 | wc -l
        for file in mem task/1/mem environ fd root; do [ -e /proc/1/$file ] && echo $file; done
        for file in mem maps environ; do [ -r /proc/$$/$file ] && echo own $file; done
        umount /proc/1 2>/dev/null; mount -t proc proc /mnt 2>/dev/null || echo covered`;
      const ran = await real.run(script, { cwd: folder.path, policy: 'never' });
      folder.remove();
      expect(ran.stdout).toBe('0\nown mem\nown maps\nown environ\ncovered\n');
    });

    test('has no file of ours open, which others inside could open anew for writing', async () => {
      const folder = makeFolder();
      const script = 'for fd in /proc/[0-9]*/fd/*; do readlink "$fd"; done';
      const ran = await real.run(script, { cwd: folder.path, policy: 'never' });
      folder.remove();
      const open = ran.stdout.trim().split('\n');
      expect(open.length).toBeGreaterThan(2);
      expect(open.filter((target) => target.startsWith('/') && target !== '/dev/null')).toEqual([]);
    });

    test('stopped all the same, the launch still ends with its program, and with its status', async () => {
      const folder = makeFolder();
      let started = 0;
      const ran = await real.run('sleep 1; exit 7', {
        cwd: folder.path,
        policy: 'never',
        onEvent: (event) => {
          // The second is the script's own program: before that the sandbox may still be under construction.
          if (event.type !== 'step/started' || ++started < 2) return;
          for (const pid of findFirstProcesses(folder.path)) process.kill(pid, 'SIGSTOP');
        },
      });
      const left = findFirstProcesses(folder.path);
      folder.remove();
      expect(ran.result.exitCode).toBe(7);
      expect(left).toEqual([]);
    });
  },
);
