import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

const cli = `SALLYPORT_HOME=/tmp/inner ${process.execPath} ${PROGRAM}`;

/** Puts a filter with a listener of its own on itself, as container programs do; says what the kernel says. */
const LISTENER = `import ctypes, struct, errno
libc = ctypes.CDLL(None, use_errno=True)
code = struct.pack('HBBI', 6, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(code)
program = struct.pack('HxxxxxxP', 1, ctypes.addressof(buffer))
libc.prctl(38, 1, 0, 0, 0)
def install(flags):
    done = libc.syscall(317 if __import__('platform').machine() == 'x86_64' else 277, 1, flags, program)
    return 'ok' if done >= 0 else errno.errorcode[ctypes.get_errno()]
print(install(8), install(0))`;

describe.skipIf(process.platform !== 'linux')('a gate inside a gate (Linux: real gate and wall)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  beforeAll(async () => {
    real = await startRealEngine();
    folder = makeFolder();
  });
  afterAll(async () => {
    await real.stop();
    folder.remove();
  });
  const run = (
    script: string,
    // a checkout below /tmp must be seen inside: the product is started from it
    options: Parameters<RealEngine['run']>[1] = {
      cwd: folder.path,
      policy: 'never',
      flags: { overrides: ['tmp="shared"'] },
    },
  ) => real.run(script, options);

  test.each(['sandbox -- echo ran', "exec 'echo ran'"])(
    'sallyport %s says that it is inside one already',
    async (words) => {
      const ran = await run(`${cli} ${words} 2>&1; echo $?`);
      expect(ran.stdout).toContain('This runs inside a sandbox of Sallyport already');
      expect(ran.stdout).toMatch(/\n125\n$/);
      expect(ran.stdout).not.toMatch(/^ran$/m);
    },
  );

  test('a wall-less one with a gate of its own says that there is one already', async () => {
    const words = '--sandbox danger-full-access --config exec_gate=true';
    const ran = await run(`${cli} exec ${words} 'echo ran' 2>&1; echo $?`);
    expect(ran.stdout).toContain('another gate holds the programs here already');
    expect(ran.stdout).toMatch(/\n125\n$/);
    expect(ran.stdout).not.toMatch(/^ran$/m);
  });

  test('one without wall and gate runs, behind the wall that is there', async () => {
    const ran = await run(`${cli} sandbox --sandbox danger-full-access -- sh -c 'echo ran; : > /etc/x' 2>&1`);
    expect(ran.stdout).toMatch(/^ran$/m);
    expect(ran.stdout).toContain('/etc/x: Read-only file system');
  });

  test('a program with a listener of its own is told so by the kernel, and a filter without one stacks', async () => {
    const ran = await run(`python3 -c "${LISTENER}"; echo after`);
    expect(ran.stdout).toBe('EBUSY ok\nafter\n');
  });
});
