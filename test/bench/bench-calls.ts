/**
 * What holding costs ordinary work. Held: every program that the script's shell starts, every call that changes files and
 * that the wall would stop, and connections to sockets of the host (gate `exec,write`); this process says yes to each
 * program and no to the rest at once, so it is the gate that is measured, not judging or the history.
 * Baseline: the same work behind the same wall in the same session, under the same supervisor, with nothing held (gate `none`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateMode } from '../../src/engine/sandbox/index.ts';
import { openBenchSession } from './bench-launch.ts';
import { type BenchRow, compare, median, timeOne } from './measure.ts';

const SOURCES = 30;
const PACKAGES = 120;
const ROUNDS = 11;
/** A round that takes longer is no slow one: it hangs. */
const LIMIT_MS = 60_000;

/** Sources that take a compiler about as long as small real ones, and a makefile-like line. */
function writeSources(folder: string): string {
  mkdirSync(join(folder, 'src'));
  for (let index = 0; index < SOURCES; index++) {
    const functions = Array.from(
      { length: 20 },
      (_, n) =>
        `int f${index}_${n}(const char *s) { char b[64]; return snprintf(b, sizeof b, "%s %d", s, ${n}) + (int)strlen(b); }`,
    );
    const head = '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n';
    writeFileSync(join(folder, 'src', `part-${index}.c`), `${head}${functions.join('\n')}\n`);
  }
  return 'rm -rf out && mkdir out && for f in src/*.c; do gcc -O1 -c "$f" -o "out/$(basename "$f" .c).o" || exit 1; done && ar rc out/all.a out/*.o';
}

/** A project as npm sees it: a tree of packages that need each other. */
function writePackages(folder: string): string {
  const names = Array.from({ length: PACKAGES }, (_, index) => `package-${index}`);
  const version = '1.0.0';
  names.forEach((name, index) => {
    const next = names[index + 1];
    const dependencies = next === undefined ? {} : { [next]: version };
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version, dependencies }),
    );
  });
  const dependencies = Object.fromEntries(names.map((name) => [name, version]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bench', version, dependencies }));
  return 'npm ls --all > /dev/null';
}

type Bench = Awaited<ReturnType<typeof openBenchSession>>;

/** One run, in milliseconds. A run that hangs is an error that says which. */
async function timeRun(bench: Bench, script: string, gate: GateMode): Promise<number> {
  const hanging = Promise.withResolvers<never>();
  const what = `${script.slice(0, 40)}… with the gate ${gate}`;
  const alarm = setTimeout(() => hanging.reject(new Error(`${what} hung for ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    return await timeOne(() => Promise.race([bench.run(['/bin/bash', '-c', script], gate), hanging.promise]));
  } finally {
    clearTimeout(alarm);
  }
}

/**
 * Rounds of two runs, one after the other, the other one first in every second round: what is busy, warm or worn off
 * hits both. The ratio is that of the medians.
 */
async function compareHeld(
  bench: Bench,
  script: string,
  row: { name: string; most: number },
): Promise<BenchRow> {
  const times: Record<'none' | 'exec,write', number[]> = { none: [], 'exec,write': [] };
  const order = ['none', 'exec,write'] as const;
  // One of each that does not count: files and code are not in memory yet.
  for (const gate of order) await timeRun(bench, script, gate);
  for (let round = 0; round < ROUNDS; round++) {
    for (const gate of round % 2 === 0 ? order : order.toReversed())
      times[gate].push(await timeRun(bench, script, gate));
  }
  const baseline = { name: 'the same wall, nothing held', value: median(times.none) };
  return compare({ ...row, value: median(times['exec,write']), baseline });
}

/** Both rows compare medians of the same run. */
export async function benchCalls(): Promise<BenchRow[]> {
  const bench = await openBenchSession();
  const build = writeSources(bench.cwd);
  const list = writePackages(bench.cwd);
  try {
    return [
      await compareHeld(bench, build, { name: `held calls: gcc build of ${SOURCES} files`, most: 1.1 }),
      await compareHeld(bench, list, { name: 'held calls: npm ls', most: 1.15 }),
    ];
  } finally {
    await bench.close();
  }
}
