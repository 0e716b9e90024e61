import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventsOf } from '../support/events-of.ts';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const SIZE = { columns: 91, rows: 31 };
const LARGE_BYTES = 50 * 1024 * 1024;

/** Processes of this machine whose command line holds a word of this test's own. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

describe.skipIf(process.platform !== 'linux')('a program as a session (Linux)', () => {
  let real: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;

  beforeAll(async () => {
    real = await startRealEngine();
    workspace = makeFolder('sallyport-run', '/var/tmp');
  });
  afterAll(async () => {
    await real.stop();
    workspace.remove();
  });

  const start = (argv: readonly string[], options: Partial<Parameters<typeof startProgram>[2]> = {}) =>
    startProgram(real, argv, { cwd: workspace.path, policy: 'never', ...options });

  test.each([
    [['sh', '-c', 'exit 7'], 7],
    [['sh', '-c', 'kill -TERM $$'], 143],
    [['sallyport-no-such-program'], 127],
    [['true'], 0],
  ])('%j ends with %i, with and without a terminal', async (argv, status) => {
    for (const terminal of [undefined, SIZE]) {
      const program = await start(argv, terminal && { terminal });
      expect((await program.result).exitCode).toBe(status);
      await program.close();
    }
  });

  test('its words reach it unchanged, and the streams are its own', async () => {
    const words = ["a b'c", '', '$HOME', '*', '-n', '\u00e9\u{1f600}'];
    const program = await start(['sh', '-c', 'printf "<%s>" "$@"; cat; echo err >&2', 'sh', ...words], {
      stdin: 'typed',
    });
    expect((await program.result).exitCode).toBe(0);
    expect(program.stdout().toString()).toBe(`${words.map((word) => `<${word}>`).join('')}typed`);
    expect(program.stderr()).toBe('err\n');
    await program.close();
  });

  test('its root step has its words, and what it starts are steps of their own', async () => {
    const program = await start(['sh', '-c', 'env true; uname']);
    await program.result;
    const [root, ...steps] = eventsOf(program.events, 'step/proposed');
    expect(root).toMatchObject({ kind: 'command', argv: ['sh', '-c', 'env true; uname'] });
    expect(root?.parentId).toBeUndefined();
    expect(steps.map((step) => [step.text, step.parentId])).toEqual([
      ['true', root?.stepId],
      ['uname', root?.stepId],
    ]);
    await program.close();
  });

  test('a program of its that nobody foresaw is held and judged', async () => {
    const file = join(workspace.path, 'later.sh');
    writeFileSync(file, '#!/bin/sh\nuname\n', { mode: 0o755 });
    const program = await start([file]);
    await program.result;
    const unforeseen = eventsOf(program.events, 'step/proposed').filter((step) => step.isUnforeseen);
    expect(unforeseen.map((step) => step.argv)).toContainEqual(['uname']);
    await program.close();
  });

  test('the program itself is asked about before it starts', async () => {
    const file = join(workspace.path, 'asked.txt');
    const program = await start(['touch', file], { policy: 'untrusted', answers: 'nobody' });
    expect(await program.result).toMatchObject({ exitCode: 126, outcome: 'refused' });
    expect(readdirSync(workspace.path)).not.toContain('asked.txt');
    await program.close();
  });

  test('a builtin that no kernel holds is asked about before the program starts', async () => {
    const script = 'echo started; kill -0 1';
    const program = await start(['bash', '-c', script], { policy: 'untrusted', answers: 'nobody' });
    expect(await program.result).toMatchObject({ exitCode: 126 });
    expect(program.stdout().toString()).toBe('');
    await program.close();
  });

  test('a terminal has the size of its opener, and follows it', async () => {
    const script = 'trap "stty size; echo told" WINCH; stty size; echo ready; while :; do sleep 0.05; done';
    const program = await start(['bash', '-c', script], { terminal: SIZE, env: { TERM: 'xterm-256color' } });
    await program.see('31 91');
    await program.see('ready');
    program.resize(120, 40);
    await program.see('40 120');
    await program.see('told');
    expect(program.terminal?.size).toEqual({ columns: 120, rows: 40 });
    program.type('\x03');
    expect((await program.result).exitCode).toBe(130);
    await program.close();
  });

  test('what looks on has the end of what was printed, and what comes', async () => {
    const program = await start(['sh', '-c', 'printf early; read line; printf "got %s" "$line"'], {
      terminal: SIZE,
    });
    await program.see('early');
    const first = program.terminal?.read();
    expect(Buffer.from(first?.data ?? []).toString()).toBe('early');
    const later: string[] = [];
    const stop = program.terminal?.watch({
      onData: (offset, bytes) => later.push(`${offset}:${Buffer.from(bytes)}`),
      onSize: () => undefined,
    });
    program.terminal?.type(Buffer.from('page\r'));
    expect((await program.result).exitCode).toBe(0);
    expect(later[0]?.startsWith('5:')).toBe(true);
    expect(later.map((text) => text.slice(text.indexOf(':') + 1)).join('')).toContain('got page');
    program.terminal?.resize({ columns: 10, rows: 10 });
    expect(program.terminal?.size).toEqual(SIZE);
    stop?.();
    await program.close();
  });

  test.each([
    ['at once', undefined],
    ['by a slow reader', 3],
  ])('50 MB are read %s without loss', async (_how, slowMs) => {
    const file = join(workspace.path, 'large.txt');
    const text = Buffer.alloc(slowMs === undefined ? LARGE_BYTES : LARGE_BYTES / 5, '0123456789abcdef\n');
    writeFileSync(file, text);
    const program = await start(['sh', '-c', `stty -opost; cat ${file}`], {
      terminal: SIZE,
      ...(slowMs !== undefined && { slowMs }),
    });
    expect((await program.result).exitCode).toBe(0);
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const got = program.stdout();
    expect(got.length).toBe(text.length);
    expect(digest(got)).toBe(digest(text));
    expect(program.terminal?.read().data.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    await program.close();
  });

  test('what is printed last is not lost on a reader that waits', async () => {
    const program = await start(['sh', '-c', 'head -c 700000 /dev/zero | tr "\\0" x; printf last-words'], {
      terminal: SIZE,
      slowMs: 400,
    });
    expect((await program.result).exitCode).toBe(0);
    expect(program.stdout().subarray(-10).toString()).toBe('last-words');
    await program.close();
  });

  test('what it left in the background is gone when it has ended', async () => {
    const word = `left-${process.pid}-${Date.now()}`;
    const script = `setsid sh -c 'exec sleep 1000 # ${word}' & (setsid sh -c 'sleep 999; : ${word}' &) ; echo up`;
    const program = await start(['bash', '-c', script], { terminal: SIZE });
    expect((await program.result).exitCode).toBe(0);
    await program.close();
    await vi.waitFor(() => expect(processesWith(word)).toEqual([]), { timeout: 20_000 });
  });

  test('closing the session ends all of it', async () => {
    const word = `closed-${process.pid}-${Date.now()}`;
    const script = `trap '' HUP TERM INT; (setsid sh -c 'trap "" HUP; while :; do sleep 1; : ${word}; done' &); echo up; while :; do sleep 1; done`;
    const program = await start(['bash', '-c', script], { terminal: SIZE });
    await program.see('up');
    await vi.waitFor(() => expect(processesWith(word)).not.toEqual([]), { timeout: 20_000 });
    await program.close();
    await program.result;
    await vi.waitFor(() => expect(processesWith(word)).toEqual([]), { timeout: 20_000 });
  });
});
