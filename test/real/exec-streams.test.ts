import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

const LARGE_BYTES = 50 * 1024 * 1024;

/** Text of the given size, different everywhere. */
function makeText(sizeBytes: number): string {
  const lines: string[] = [];
  for (let length = 0; length < sizeBytes; length += 40) lines.push(`${String(length).padStart(39, '.')}\n`);
  return lines.join('').slice(0, sizeBytes);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe.skipIf(process.platform !== 'linux')('the standard streams of a script (Linux)', () => {
  let real: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;

  beforeAll(async () => {
    real = await startRealEngine();
    workspace = makeFolder('sallyport-streams');
    return async () => {
      await real.stop();
    };
  });
  afterAll(() => workspace.remove());

  /** With a wall and a gate, and with neither. */
  const ways = [
    { sandbox: 'workspace-write', policy: 'never' },
    { sandbox: 'danger-full-access', policy: 'never' },
  ] as const;

  describe.each(ways)('in $sandbox', (way) => {
    test('their paths open', async () => {
      const script =
        '[ -p /dev/stdin ] && [ -p /dev/stdout ] && [ -p /dev/stderr ] && echo pipes; echo x > /dev/stderr; echo y > /dev/stdout; cat /dev/stdin';
      const ran = await real.run(script, { cwd: workspace.path, stdin: 'input\n', ...way });
      expect(ran).toMatchObject({ stdout: 'pipes\ny\ninput\n', stderr: 'x\n', result: { exitCode: 0 } });
    });

    test('a nested bash reads no start file of the person', async () => {
      const home = join(workspace.path, `home-${way.sandbox}`);
      mkdirSync(home);
      for (const name of ['.bashrc', '.bash_profile', '.profile'])
        writeFileSync(join(home, name), 'echo start file\n');
      const ran = await real.run('bash -c \'echo nested; bash -c "echo deeper"\'', {
        cwd: workspace.path,
        env: { HOME: home },
        ...way,
      });
      expect(ran).toMatchObject({ stdout: 'nested\ndeeper\n', stderr: '', result: { exitCode: 0 } });
    });

    test('50 MB go in and come out unchanged', { timeout: 60_000 }, async () => {
      const stdin = makeText(LARGE_BYTES);
      const ran = await real.run('cat; sha256sum < /dev/null >&2', { cwd: workspace.path, stdin, ...way });
      expect(ran.result.exitCode).toBe(0);
      expect([ran.stdout.length, digest(ran.stdout)]).toEqual([LARGE_BYTES, digest(stdin)]);
      expect(ran.stderr).toBe(`${digest('')}  -\n`);
    });
  });
});
