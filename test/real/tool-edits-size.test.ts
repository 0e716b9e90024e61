import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

describe.skipIf(process.platform !== 'linux')('large changes of files that a tool proposes (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let cwd: string;
  let tools: ToolSession;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(async () => {
    base = makeFolder('sallyport-edit', '/var/tmp');
    cwd = join(base.path, 'work');
    mkdirSync(cwd);
    tools = await openToolSession(real, { cwd, policy: 'untrusted', answer: () => allowOnce });
  });
  afterEach(async () => {
    await tools.close();
    base.remove();
  });

  test('are asked about whole, however long, and written as shown', async () => {
    const text = 'x'.repeat(640_000);
    const result = await tools.propose('apply_patch', { patch: patch('*** Add File: big.txt', `+${text}`) });
    expect(result.outcome).toBe('ran');
    const [file] = tools.questions[0]?.files ?? [];
    expect(file?.patch).toContain(`+${text}`);
    expect(file?.cutBytes).toBeUndefined();
    expect(readFileSync(join(cwd, 'big.txt'), 'utf8')).toBe(`${text}\n`);
  });

  test('are refused where they could not be shown whole, and nothing is written or asked', async () => {
    const text = '\u0001'.repeat(400_000);
    const result = await tools.propose('apply_patch', { patch: patch('*** Add File: big.txt', `+${text}`) });
    expect(result).toMatchObject({
      outcome: 'fault',
      message: expect.stringContaining('too large to be shown'),
    });
    expect(tools.questions).toEqual([]);
  });

  test('take away much in one patch, of which a part is shown', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) writeFileSync(join(cwd, name), `${name}\n`.repeat(400_000));
    const result = await tools.propose('apply_patch', {
      patch: patch(...names.map((name) => `*** Delete File: ${name}`)),
    });
    expect(result.outcome).toBe('ran');
    const files = tools.questions[0]?.files ?? [];
    expect(files.map(({ cutBytes = 0 }) => cutBytes > 0)).toEqual([true, true, true]);
  });

  test('change a few lines of a long file far apart', async () => {
    const lines = Array.from({ length: 300_000 }, (_, at) => `line ${at}`);
    writeFileSync(join(cwd, 'long.txt'), `${lines.join('\n')}\n`);
    const result = await tools.propose('apply_patch', {
      patch: patch(
        '*** Update File: long.txt',
        ...['@@', '-line 0', '+first', ' line 1', '@@', ' line 299998', '-line 299999', '+last'],
      ),
    });
    expect(result.message).toBe(`modify ${join(cwd, 'long.txt')}`);
    expect(tools.questions[0]?.files?.[0]?.patch).toContain('+last');
  });
});
