/**
 * `npm run bench -- --scale`: many sandboxes at once, a large workspace, and what many launches leave behind in the
 * process that starts them: 500 of them, 10,000 with `--long`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makeFolder } from '../support/real-engine.ts';
import { type BenchSession, openBenchSession } from './bench-launch.ts';
import { type BenchRow, compare, timeInTurn, timeOne } from './measure.ts';

const AT_ONCE = 50;
const FILES = 20_000;
const PER_FOLDER = 100;
const OPENINGS = 15;
const LAUNCHES = process.argv.includes('--long') ? 10_000 : 500;
const WARM_UP = 300;
const TOGETHER = 4;
const GROWTH = 1.05;

export async function benchScale(): Promise<BenchRow[]> {
  return [...(await benchAtOnce()), await benchWorkspace(), ...(await benchMany())];
}

/** Opens them all, and runs `true` in all of them; one that fails is an error. */
async function benchAtOnce(): Promise<BenchRow[]> {
  let benches: BenchSession[] = [];
  const opening = await timeOne(async () => {
    benches = await Promise.all(Array.from({ length: AT_ONCE }, () => openBenchSession()));
  });
  const running = await timeOne(() =>
    Promise.all(benches.map((bench) => bench.run(['/bin/true'], 'exec,write'))),
  );
  const memory = listDescendants(process.pid).reduce((sum, pid) => sum + readShare(pid), 0);
  const closing = await timeOne(() => Promise.all(benches.map((bench) => bench.close())));
  const name = `${AT_ONCE} sandboxes at once`;
  return [
    { name: `${name}: all open`, value: opening, unit: 'ms' },
    { name: `${name}: true has run in each`, value: running, unit: 'ms' },
    { name: `${name}: all closed`, value: closing, unit: 'ms' },
    { name: `${name}: memory of each between launches`, value: memory / AT_ONCE / 1024, unit: 'MiB' },
  ];
}

async function benchWorkspace(): Promise<BenchRow> {
  const [empty, large] = [makeFolder('sallyport-bench'), makeFolder('sallyport-bench')];
  for (let folder = 0; folder < FILES / PER_FOLDER; folder++) {
    const path = join(large.path, 'src', `part-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < PER_FOLDER; file++) writeFileSync(join(path, `file-${file}.txt`), 'text\n');
  }
  const once = (path: string) => async () => {
    const bench = await openBenchSession(path);
    await bench.run(['/bin/true'], 'none');
    await bench.close();
  };
  const times = await timeInTurn(OPENINGS, { empty: once(empty.path), large: once(large.path) });
  empty.remove();
  large.remove();
  return compare({
    name: `a session's start, true and end in a workspace of ${FILES.toLocaleString('en')} files`,
    value: times.large,
    baseline: { name: 'in an empty one', value: times.empty },
    most: 1.3,
  });
}

interface Held {
  readonly descriptors: number;
  readonly processes: number;
  readonly heap: number;
  readonly resident: number;
}

async function benchMany(): Promise<BenchRow[]> {
  const bench = await openBenchSession();
  await launchMany(bench, WARM_UP);
  const before = await measureHeld();
  await launchMany(bench, LAUNCHES);
  const after = await measureHeld();
  await bench.close();
  const row = (what: keyof Held, unit: string, part = 1): BenchRow => {
    const ratio = after[what] / before[what];
    return {
      name: `after ${LAUNCHES.toLocaleString('en')} launches: ${what}`,
      value: after[what] / part,
      unit,
      baseline: { name: 'before', value: before[what] / part },
      ratio,
      aim: `ratio at most ${GROWTH}`,
      isMet: ratio <= GROWTH,
    };
  };
  const mib = 1024 * 1024;
  return [row('descriptors', ''), row('processes', ''), row('heap', 'MiB', mib), row('resident', 'MiB', mib)];
}

async function launchMany(bench: BenchSession, count: number): Promise<void> {
  for (let done = 0; done < count; done += TOGETHER) {
    const gate = (done / TOGETHER) % 2 === 0 ? 'exec,write' : 'none';
    await Promise.all(Array.from({ length: TOGETHER }, () => bench.run(['/bin/true'], gate)));
  }
}

/** What this process holds once nothing is under way and memory that nobody uses is given back. */
async function measureHeld(): Promise<Held> {
  await sleep(1500);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node does not collect on request');
  for (let round = 0; round < 3; round++) {
    collect();
    await sleep(100);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    processes: listDescendants(process.pid).length + 1,
    heap: heapUsed,
    resident: rss,
  };
}

function listDescendants(pid: number): number[] {
  let children: number[] = [];
  try {
    children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It ended meanwhile.
  }
  return children.flatMap((child) => [child, ...listDescendants(child)]);
}

/** Proportional share of memory, in KiB. */
function readShare(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss: +(\d+) kB$/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
