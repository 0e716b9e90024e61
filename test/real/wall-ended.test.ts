/** What the wall consists of is ended from outside: everything in it ends, and it is said why. */
import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, openParams, type RealEngine, startRealEngine } from '../support/real-engine.ts';

interface HostProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

function listProcesses(): HostProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [{ pid: Number(name), argv: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }];
    } catch {
      return [];
    }
  });
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

type Part = 'janitor' | 'holder' | 'supervisor' | 'bubblewrap';

function isPart(
  part: Part,
  argv: readonly string[],
  { folder, seconds }: { folder: string; seconds: string },
) {
  const [program = '', verb] = argv;
  const words = argv.join(' ');
  if (part === 'holder' || part === 'janitor') return program.endsWith(`/${part}`) && words.includes(folder);
  if (part === 'bubblewrap') return program === '/usr/bin/bwrap' && words.includes(seconds);
  return program.endsWith('/exec-gate') && verb === 'sup' && words.includes(seconds);
}

async function until(isSo: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 30_000; !isSo() && Date.now() < end; ) await delay(20);
  return isSo();
}

describe.skipIf(process.platform !== 'linux')('a wall that is ended from outside (Linux)', () => {
  let real: RealEngine;
  let round = 0;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  /** Runs a script that stays, and gives its parts to `act` once its program runs. */
  async function runAndAct(act: (find: (part: Part) => number[]) => void) {
    const folder = makeFolder();
    // Found again by its own number of seconds.
    const seconds = `9${process.pid}${round++}`;
    const isRunning = (): boolean =>
      listProcesses().some(({ argv }) => argv[0] === 'sleep' && argv[1] === seconds);
    const running = real.run(`sleep ${seconds}`, { cwd: folder.path, policy: 'never' });
    expect(await until(isRunning)).toBe(true);
    const place = { folder: folder.path, seconds };
    act((part) => listProcesses().flatMap(({ pid, argv }) => (isPart(part, argv, place) ? [pid] : [])));
    const { result } = await running;
    const left = !(await until(() => !isRunning()));
    folder.remove();
    return { result, left };
  }

  test.each(['holder', 'supervisor', 'bubblewrap'] as const)(
    'kill -9 of the %s: one sentence, status 137, and nothing of it lives on',
    async (part) => {
      const { result, left } = await runAndAct((find) => {
        const pids = find(part);
        expect(pids.length).toBeGreaterThan(0);
        // Of bubblewrap and the holder, the outer one: what it started ends with it.
        const outer = pids.filter((pid) => !pids.includes(parentOf(pid)));
        expect(outer).toHaveLength(1);
        for (const pid of outer) process.kill(pid, 'SIGKILL');
      });
      expect(result.exitCode).toBe(137);
      expect(result.message).toContain('the wall was ended from outside');
      expect(left).toBe(false);
    },
    60_000,
  );

  test('a supervisor that answers nothing is ended itself, and nothing of it lives on', async () => {
    const folder = makeFolder();
    const seconds = `9${process.pid}${round++}`;
    const place = { folder: folder.path, seconds };
    const find = (part: Part): number[] =>
      listProcesses().flatMap(({ pid, argv }) => (isPart(part, argv, place) ? [pid] : []));
    const sleeps = (): boolean => listProcesses().some(({ argv }) => argv.join(' ') === `sleep ${seconds} `);
    const { session } = await real.engine.openSession(openParams({ cwd: folder.path, policy: 'never' }), {
      stdin: new PassThrough().end(),
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
    });
    const running = session.exec(`sleep ${seconds}`);
    expect(await until(sleeps)).toBe(true);
    const [supervisor] = find('supervisor');
    expect(supervisor).toBeDefined();
    if (supervisor !== undefined) process.kill(supervisor, 'SIGSTOP');
    await session.close('closed-by-opener');
    await running;
    expect(await until(() => !sleeps())).toBe(true);
    expect([...find('supervisor'), ...find('bubblewrap'), ...find('holder')]).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
    folder.remove();
  }, 60_000);

  test('a janitor that is killed is followed by another, and nothing is left in the folder', async () => {
    const folder = makeFolder();
    const seconds = `9${process.pid}${round++}`;
    const janitors = (): number[] =>
      listProcesses().flatMap(({ pid, argv }) =>
        isPart('janitor', argv, { folder: folder.path, seconds }) ? [pid] : [],
      );
    const sleeping = (): number | undefined =>
      listProcesses().find(({ argv }) => argv.join(' ') === `sleep ${seconds} `)?.pid;
    const running = real.run(`sleep ${seconds}`, { cwd: folder.path, policy: 'never' });
    expect(await until(() => sleeping() !== undefined)).toBe(true);
    expect(readdirSync(folder.path)).toContain('.agents');
    for (let times = 0; times < 2; times++) {
      const [first] = janitors();
      expect(first).toBeDefined();
      if (first !== undefined) process.kill(first, 'SIGKILL');
      expect(await until(() => janitors().some((pid) => pid !== first))).toBe(true);
      expect(readdirSync(folder.path)).toContain('.agents');
    }
    const program = sleeping();
    if (program !== undefined) process.kill(program, 'SIGTERM');
    await running;
    expect(readdirSync(folder.path)).toEqual([]);
    expect(janitors()).toEqual([]);
    folder.remove();
  }, 60_000);

  test('a program that ends itself so is no such thing', async () => {
    const folder = makeFolder();
    const { result } = await real.run('kill -9 $$', { cwd: folder.path, policy: 'never' });
    folder.remove();
    expect(result.exitCode).toBe(137);
    expect(result.message).toBeUndefined();
  });
});
