/** `npm run bench`: prints a table and writes the same as JSON. Nothing here passes or fails. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchCalls } from './bench-calls.ts';
import { benchAppends, benchPolicy } from './bench-decide.ts';
import { benchGate, benchLaunch, benchProcesses } from './bench-launch.ts';
import { benchPage } from './bench-page.ts';
import { benchProxy } from './bench-proxy.ts';
import { type BenchRow, formatTable } from './measure.ts';

const root = join(import.meta.dirname, '..', '..');
const rows: BenchRow[] = [...(await benchPolicy()), ...(await benchAppends())];
if (process.platform === 'linux') {
  rows.push(
    ...(await benchLaunch()),
    ...(await benchGate()),
    ...(await benchCalls()),
    ...(await benchProxy()),
  );
  const launcher = join(root, 'build', 'bin', 'sallyport');
  if (existsSync(join(root, 'out', 'cli', 'main.js'))) rows.push(...(await benchProcesses([launcher])));
  rows.push(...(await benchPage()));
}
process.stdout.write(`${formatTable(rows)}\n`);
mkdirSync(join(root, 'out'), { recursive: true });
const file = join(root, 'out', 'bench.json');
const machine = {
  platform: process.platform,
  arch: process.arch,
  cores: cpus().length,
  node: process.version,
};
writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
process.stdout.write(
  `\nAlso as JSON: out/bench.json (medians, ${machine.cores} cores, node ${machine.node})\n`,
);
