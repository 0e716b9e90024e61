/** What holding file calls and connections costs ordinary work, against the same work behind the same wall with no gate. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateMode } from '../../src/engine/sandbox/index.ts';
import { openBenchSession } from './bench-launch.ts';
import { type BenchRow, timeInTurn } from './measure.ts';

const SOURCES = 30;
const PACKAGES = 120;
const ROUNDS = 7;

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

/** Both rows compare medians of the same run. */
export async function benchCalls(): Promise<BenchRow[]> {
  const bench = await openBenchSession();
  const compile = writeSources(bench.cwd);
  const list = writePackages(bench.cwd);
  const script = (text: string, gate: GateMode) => () => bench.run(['/bin/bash', '-c', text], gate);
  const times = await timeInTurn(ROUNDS, {
    plainBuild: script(compile, 'none'),
    heldBuild: script(compile, 'exec,write'),
    plainList: script(list, 'none'),
    heldList: script(list, 'exec,write'),
  });
  await bench.close();
  return [
    {
      name: `held calls: gcc build of ${SOURCES} files`,
      value: times.heldBuild,
      unit: 'ms',
      baseline: { name: 'no gate', value: times.plainBuild },
      ratio: times.heldBuild / times.plainBuild,
      aim: 'ratio at most 1.1',
    },
    {
      name: 'held calls: npm ls',
      value: times.heldList,
      unit: 'ms',
      baseline: { name: 'no gate', value: times.plainList },
      ratio: times.heldList / times.plainList,
      aim: 'ratio at most 1.15',
    },
  ];
}
