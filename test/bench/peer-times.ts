/** Measures our launches and those of others in turn, in a process of its own that may be another user's. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openBenchSession } from './bench-launch.ts';
import type { Peers } from './install-peers.ts';
import { timeInTurn } from './measure.ts';

export interface PeerOrder extends Peers {
  /** Empty, the user's own. */
  readonly folder: string;
  /** Our whole command line. */
  readonly cli: string;
  readonly rounds: number;
}

/** Medians in milliseconds. */
export interface PeerTimes {
  readonly launch: number;
  readonly held: number;
  readonly sandbox: number;
  readonly codex: number;
  readonly srt: number | null;
}

const order = JSON.parse(process.argv[2] ?? '') as PeerOrder;
const makePlace = (name: string): string => {
  const path = join(order.folder, name);
  mkdirSync(path);
  return path;
};
const cwd = makePlace('work');
for (const name of ['.git', '.agents', '.codex', '.sallyport']) mkdirSync(join(cwd, name));
const home = makePlace('home');
const env = {
  HOME: home,
  PATH: `${order.tools}:/usr/local/bin:/usr/bin:/bin`,
  CODEX_HOME: makePlace('codex'),
  SALLYPORT_HOME: makePlace('sallyport'),
};
const settings = join(order.folder, 'srt.json');
const none = { allowedDomains: [], deniedDomains: [] };
writeFileSync(
  settings,
  JSON.stringify({ network: none, filesystem: { denyRead: [], allowWrite: ['.'], denyWrite: [] } }),
);
const run = promisify(execFile);
const call = (program: string, argv: readonly string[]) => () => run(program, argv, { cwd, env });
const { srt } = order;
const bench = await openBenchSession();
const times = await timeInTurn(order.rounds, {
  launch: () => bench.run(['/bin/true'], 'none'),
  held: () => bench.run(['/bin/true'], 'exec,write'),
  codex: call(order.codex, ['sandbox', '-c', 'sandbox_mode="workspace-write"', '--', 'true']),
  sandbox: call(order.cli, ['sandbox', '--', 'true']),
  srt: srt === null ? () => undefined : call(process.execPath, [srt, '-s', settings, '-c', 'true']),
});
await bench.close();
process.stdout.write(JSON.stringify({ ...times, srt: srt === null ? null : times.srt } satisfies PeerTimes));
