import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

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
      const EPERM = 1;
      expect(ran.stdout).toBe(`-1 ${EPERM}\n-1 ${EPERM}\n`);
      expect(ran.result.exitCode).toBe(5);
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
