import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, historyFileOf, openHistoryReader } from '../../src/engine/index.ts';
import { findDriver } from './program.ts';
import { makeFolder } from './real-engine.ts';
import type { Random } from './seeded-random.ts';

const DRIVER = findDriver('busy-driver');
/** Two seconds are promised; a machine that does other work, too, may need more. */
const GRACE_MS = 15_000;
const START_MS = 60_000;
const MAX_BUSY_MS = 1500;
/** No program asks for this limit by itself, and every child has it from its parent. */
const FIRST_MARK = 655_361;

/** What is wrong after one round; nothing as a rule. */
export interface KillRound {
  readonly afterMs: number;
  readonly left: readonly string[];
  /** How long it took until nothing was left. */
  readonly goneMs: number;
}

export interface KillRounds {
  readonly rounds: readonly KillRound[];
  /** What the check of the history found after the next engine had started. */
  readonly findings: readonly unknown[];
  readonly openSessions: number;
  readonly sessions: number;
  /** Sockets of killed engines that the next one left lying about. */
  readonly sockets: readonly string[];
  /** Control groups likewise. */
  readonly groups: readonly string[];
}

/** Kills an engine in the midst of its work so many times, and looks from outside at what is left of it. */
export async function killOften(count: number, random: Random): Promise<KillRounds> {
  const folder = makeFolder('sallyport-kill', '/var/tmp');
  const [home, workspace, outside] = ['home', 'work', 'outside'].map((name) => {
    const path = join(folder.path, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string];
  mkdirSync(join(workspace, 'out'));
  const mark = String(FIRST_MARK + Math.floor(Math.random() * 100_000));
  const rounds: KillRound[] = [];
  const started = new Set<string>();
  for (let round = 0; round < count; round++) {
    const engine = await startBusy(mark, [home, workspace, outside]);
    const afterMs = Math.floor(random() * MAX_BUSY_MS);
    await sleep(afterMs);
    for (const pid of findMarked(mark)) started.add(pid);
    const ended = once(engine, 'exit');
    engine.kill('SIGKILL');
    await ended;
    const endedAt = Date.now();
    const left = await waitForNothing(mark, folder.path, workspace);
    rounds.push({ afterMs, left, goneMs: Date.now() - endedAt });
  }
  await waitForReaping(started);
  const next = await createEngine({ home, runtimeDir: join(home, 'run'), version: '0.0.0-test' });
  await next.stop();
  const reader = openHistoryReader({ file: historyFileOf(home) });
  const findings = reader.verify();
  const sessions = reader.listSessions();
  reader.close();
  const sockets = findSocketFiles(home);
  const groups = findGroups('/sys/fs/cgroup', 4).filter((path) =>
    started.has(/sallyport-(\d+)$/.exec(path)?.[1] ?? ''),
  );
  folder.remove();
  const openSessions = sessions.filter(({ state, openApprovals }) => state === 'open' || openApprovals > 0);
  return { rounds, findings, sessions: sessions.length, openSessions: openSessions.length, sockets, groups };
}

async function startBusy(mark: string, folders: readonly string[]): Promise<ChildProcess> {
  const words = ['-c', 'ulimit -S -q "$0" && exec "$@"', mark, process.execPath, DRIVER, ...folders];
  const child = spawn('/bin/bash', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const deadline = Date.now() + START_MS;
  while (!said.includes('busy')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the engine did not become busy: ${said} ${child.exitCode}`);
    }
    await sleep(10);
  }
  if (findMarked(mark).length < 3) throw new Error('the mark does not find what the engine started');
  return child;
}

async function waitForNothing(mark: string, folder: string, workspace: string): Promise<string[]> {
  let left: string[] = [];
  for (const end = Date.now() + GRACE_MS; Date.now() < end; await sleep(25)) {
    left = findLeft(mark, folder, workspace);
    if (left.length === 0) return left;
  }
  return left;
}

/** A control group stays while the first process of the machine has not taken note of the end of all who were in it. */
async function waitForReaping(pids: ReadonlySet<string>): Promise<void> {
  const end = Date.now() + GRACE_MS;
  while ([...pids].some((pid) => existsSync(`/proc/${pid}`)) && Date.now() < end) await sleep(25);
}

function findLeft(mark: string, folder: string, workspace: string): string[] {
  const lines = (path: string) =>
    readText(path)
      .split('\n')
      .filter((line) => line.includes(folder));
  return [
    ...findMarked(mark).map((pid) => `process ${pid} ${describe(pid)}`),
    ...lines('/proc/self/mountinfo').map((line) => `mount ${line}`),
    ...lines('/proc/net/unix').map((line) => `socket ${line}`),
    ...readdirSync(workspace)
      .filter((name) => name !== 'out')
      .map((name) => `placeholder ${name}`),
  ];
}

/** Processes that the engine, or anything that it started, has started. */
function findMarked(mark: string): string[] {
  const line = new RegExp(`^Max msgqueue size +${mark} `, 'm');
  const isOurs = (pid: string) => line.test(readText(`/proc/${pid}/limits`)) && !hasEnded(pid);
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOurs(name));
}

/** A number that only waits for the first process of the machine to take note of its end. */
function hasEnded(pid: string): boolean {
  return /^State:\s+[ZX]/m.test(readText(`/proc/${pid}/status`));
}

function describe(pid: string): string {
  const state = /^State:\s+(.)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? '?';
  return `${state} ${readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`;
}

function findSocketFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSocket())
    .map((entry) => join(entry.parentPath, entry.name));
}

function findGroups(top: string, depth: number): string[] {
  if (depth === 0 || !existsSync(top)) return [];
  const folders = readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const path = join(top, name);
    return name.startsWith('sallyport-') ? [path] : findGroups(path, depth - 1);
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
