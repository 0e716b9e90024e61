/**
 * `npm run bench`: prints a table and writes the same as JSON. Nothing here passes or fails. `--peers` compares with
 * sandboxes of others, `--scale` measures many at once (`--long`: 10,000 launches); both run alone.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchCalls } from './bench-calls.ts';
import { benchAppends, benchPolicy } from './bench-decide.ts';
import { benchGate, benchLaunch, benchProcesses } from './bench-launch.ts';
import { benchNetwork } from './bench-network.ts';
import { benchPage } from './bench-page.ts';
import { benchPeers } from './bench-peers.ts';
import { benchProxy } from './bench-proxy.ts';
import { benchRules } from './bench-rules.ts';
import { benchScale } from './bench-scale.ts';
import { benchTerminal } from './bench-terminal.ts';
import { type BenchRow, formatTable } from './measure.ts';

const root = join(import.meta.dirname, '..', '..');
/** Parts that run on request only, and alone. */
const PARTS: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  peers: benchPeers,
  scale: benchScale,
};

async function benchAll(): Promise<BenchRow[]> {
  const rows = [...(await benchPolicy()), ...(await benchRules()), ...(await benchAppends())];
  if (process.platform !== 'linux') return rows;
  rows.push(
    ...(await benchLaunch()),
    ...(await benchGate()),
    ...(await benchCalls()),
    ...(await benchProxy()),
    ...(await benchNetwork()),
    ...(await benchTerminal()),
  );
  const launcher = join(root, 'build', 'bin', 'sallyport');
  if (existsSync(join(root, 'out', 'cli', 'main.js'))) rows.push(...(await benchProcesses([launcher])));
  rows.push(...(await benchPage()));
  return rows;
}

const wanted = Object.keys(PARTS).filter((name) => process.argv.includes(`--${name}`));
const rows: BenchRow[] = wanted.length === 0 ? await benchAll() : [];
for (const name of wanted) rows.push(...((await PARTS[name]?.()) ?? []));
process.stdout.write(`${formatTable(rows)}\n`);
mkdirSync(join(root, 'out'), { recursive: true });
const file = join('out', `${['bench', ...wanted].join('-')}.json`);
const machine = {
  platform: process.platform,
  arch: process.arch,
  cores: cpus().length,
  node: process.version,
};
writeFileSync(join(root, file), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
process.stdout.write(`\nAlso as JSON: ${file} (medians, ${machine.cores} cores, node ${machine.node})\n`);
