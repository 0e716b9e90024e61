import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A launcher such as npm installs, that starts a program of its own name, as agents do. */
const LAUNCHER = `#!/usr/bin/env python3
import os, subprocess, sys
here = os.path.dirname(os.path.realpath(__file__))
sys.exit(subprocess.run([os.path.join(here, 'native', sys.argv[1]), *sys.argv[2:]]).returncode)
`;
const NATIVE = `#!/usr/bin/python3
import os, subprocess, sys
if 'again' in sys.argv:
    os.execv('/proc/self/exe', ['python3', '-c', 'import subprocess; subprocess.run(["uname"])'])
subprocess.run(['uname'])
`;

describe.skipIf(process.platform !== 'linux')('a program behind a launcher (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;

  beforeAll(async () => {
    real = await startRealEngine();
    base = makeFolder('sallyport-watched', '/var/tmp');
    mkdirSync(join(base.path, 'native'));
    for (const [name, text] of [
      ['probe', LAUNCHER],
      ['native/probe', NATIVE],
      ['native/probe-host', NATIVE],
      ['native/tool', NATIVE],
    ] as const) {
      writeFileSync(join(base.path, name), text);
      chmodSync(join(base.path, name), 0o755);
    }
  });
  afterAll(async () => {
    await real.stop();
    base.remove();
  });

  /** The programs that were held and judged, by their first word. */
  async function heldBehind(...words: readonly string[]): Promise<string[]> {
    const program = await startProgram(real, [join(base.path, 'probe'), ...words], {
      cwd: base.path,
      policy: 'never',
    });
    expect((await program.result).exitCode).toBe(0);
    await program.close();
    return program.events.flatMap((event) =>
      event.type === 'step/proposed' && event.isUnforeseen ? [event.argv?.[0] ?? ''] : [],
    );
  }

  test.each([
    ['of its own name', ['probe']],
    ['of its own name and more', ['probe-host']],
    ['that becomes itself again', ['probe', 'again']],
  ])('what a program %s starts is held', async (_name, words) => {
    expect(await heldBehind(...words)).toContain('uname');
  });

  test('what any other program starts is not', async () => {
    const held = await heldBehind('tool');
    expect(held).toContain(join(base.path, 'native/tool'));
    expect(held).not.toContain('uname');
  });
});
