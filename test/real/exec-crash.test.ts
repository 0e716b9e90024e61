import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createEngine, historyFileOf, openHistoryReader } from '../../src/engine/index.ts';
import { killOften } from '../support/kill-rounds.ts';
import { findDriver } from '../support/program.ts';
import { makeFolder } from '../support/real-engine.ts';
import { makeRandom } from '../support/seeded-random.ts';

const ROUNDS = 5;
const RANDOM_ROUNDS = 10;
const DRIVER = findDriver('crash-driver');
/** Two seconds are promised; a machine that does other work, too, may need more. */
const GRACE_MS = 15_000;
const START_MS = 15_000;

/** Host processes whose command line holds the text. */
function findProcesses(text: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(text);
    } catch {
      return false;
    }
  });
}

async function isSoon(holds: () => boolean, limitMs = GRACE_MS): Promise<boolean> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(20)) if (holds()) return true;
  return holds();
}

async function startAndWait(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DRIVER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const deadline = Date.now() + START_MS;
  while (!said.includes('waiting')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the engine did not come to the question: ${said} ${child.exitCode}`);
    }
    await sleep(10);
  }
  return child;
}

describe.skipIf(process.platform !== 'linux')('an engine that is killed (Linux: real gate and wall)', () => {
  test(`${ROUNDS} times with one run held and one running`, async () => {
    const home = makeFolder('sallyport-home');
    const workspace = makeFolder();
    copyFileSync('/bin/true', join(workspace.path, 'held'));
    chmodSync(join(workspace.path, 'held'), 0o755);
    const before = readdirSync(workspace.path);
    for (let round = 0; round < ROUNDS; round++) {
      // Found again by its own number of seconds.
      const seconds = `9${process.pid}${round}`;
      const script = `sleep ${seconds} & held ${round}`;
      const engine = await startAndWait([home.path, workspace.path, script]);
      // The question may come before the program beside it has started.
      expect(await isSoon(() => findProcesses(seconds).length === 1, START_MS)).toBe(true);
      const ended = once(engine, 'exit');
      engine.kill('SIGKILL');
      await ended;
      expect(await isSoon(() => findProcesses(seconds).length === 0)).toBe(true);
      expect(await isSoon(() => readdirSync(workspace.path).length === before.length)).toBe(true);
      expect(readdirSync(workspace.path)).toEqual(before);
    }
    const next = await createEngine({
      home: home.path,
      runtimeDir: join(home.path, 'run'),
      version: '0.0.0-test',
    });
    await next.stop();
    const reader = openHistoryReader({ file: historyFileOf(home.path) });
    expect(reader.verify()).toEqual([]);
    const sessions = reader.listSessions();
    expect(sessions.map((session) => [session.state, session.openApprovals])).toEqual(
      sessions.map(() => ['lost', 0]),
    );
    expect(sessions).toHaveLength(ROUNDS);
    for (const { sessionId } of sessions) {
      const events = reader.readEvents(sessionId);
      expect(events.filter((event) => event.type === 'approval/withdrawn')).toHaveLength(1);
      const lost = events.filter((event) => event.type === 'step/finished' && event.outcome === 'lost');
      // The script, the run that was held and the one that ran.
      expect(lost).toHaveLength(3);
    }
    reader.close();
    home.remove();
    workspace.remove();
  }, 180_000);

  // the long form, 200 rounds, is in test/soak
  test(`${RANDOM_ROUNDS} times at random moments of a busy run`, async () => {
    const done = await killOften(RANDOM_ROUNDS, makeRandom(44));
    expect(done.rounds.filter(({ left }) => left.length > 0)).toEqual([]);
    expect(done.sessions).toBeGreaterThan(RANDOM_ROUNDS);
    const { findings, openSessions, sockets, groups } = done;
    expect({ findings, openSessions, sockets, groups }).toEqual({
      findings: [],
      openSessions: 0,
      sockets: [],
      groups: [],
    });
  }, 600_000);
});
