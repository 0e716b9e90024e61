import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { makeFolder, startRealEngine } from '../support/real-engine.ts';
import type { Peers } from './install-peers.ts';
import { type BenchRow, median } from './measure.ts';
import type { TransferOrder } from './proxy-transfer.ts';

const MIB = 512;
const ROUNDS = 13;
const MEASURED = '-s -o /dev/null -w %{speed_download}';
const THROUGH = `--proxytunnel --noproxy '' --proxy "$HTTP_PROXY"`;
const run = promisify(execFile);

/** One transfer; its speed in bytes a second. */
type Transfer = () => Promise<number>;

/**
 * How fast bytes come into a sandbox, through bridge and proxy, against the same program with a direct connection, and
 * into the sandbox of another in the same run, where that is given.
 */
export async function benchNetwork(peers?: Peers): Promise<BenchRow[]> {
  const source = new Worker(join(import.meta.dirname, 'proxy-transfer.ts'));
  const served: TransferOrder = {
    act: 'source',
    bytes: MIB * 1024 * 1024,
    greeting: 'HTTP/1.0 200 OK\r\n\r\n',
  };
  source.postMessage(served);
  const [port] = (await once(source, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  const real = await startRealEngine();
  const folder = makeFolder('bench-network', '/var/tmp');
  const direct = async (): Promise<number> =>
    Number((await run('curl', [...MEASURED.split(' '), url])).stdout);
  const inside = async (): Promise<number> => {
    const flags = { allowDomains: [`127.0.0.1:${port}`] };
    const { stdout, stderr } = await real.run(`curl ${MEASURED} ${THROUGH} ${url}`, {
      cwd: folder.path,
      flags,
    });
    if (!(Number(stdout) > 0)) throw new Error(`nothing came: ${stdout} ${stderr}`);
    return Number(stdout);
  };
  const srt = peers === undefined ? null : transferBySrt(peers, folder.path, url);
  const speeds = await measureInTurn({ direct, inside, ...(srt && { srt }) });
  await real.stop();
  await source.terminate();
  folder.remove();
  return rowsOf(speeds);
}

/** The same program in the sandbox of srt; null where that cannot run. */
function transferBySrt({ srt, tools }: Peers, folder: string, url: string): Transfer | null {
  if (srt === null) return null;
  const settings = join(folder, 'srt.json');
  const network = { allowedDomains: ['127.0.0.1'], deniedDomains: [] };
  const filesystem = { denyRead: [], allowWrite: ['.'], denyWrite: [] };
  writeFileSync(settings, JSON.stringify({ network, filesystem }));
  const env = { HOME: folder, PATH: `${tools}:/usr/local/bin:/usr/bin:/bin` };
  // its relay inside may not listen yet when the command starts
  const patient = '--retry 20 --retry-delay 1 --retry-connrefused';
  const words = [srt, '-s', settings, '-c', `curl ${MEASURED} ${patient} ${THROUGH} ${url}`];
  return async () => {
    const { stdout, stderr } = await run(process.execPath, words, { cwd: folder, env });
    if (!(Number(stdout) > 0)) throw new Error(`nothing came: ${stdout} ${stderr}`);
    return Number(stdout);
  };
}

/** Medians in MiB a second; in turn, so that a busy moment hits all of them. */
async function measureInTurn(
  ways: Readonly<Record<string, Transfer>>,
): Promise<Readonly<Record<string, number>>> {
  const speeds = new Map<string, number[]>();
  // one round that does not count
  for (const transfer of Object.values(ways)) await transfer();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, transfer] of Object.entries(ways))
      speeds.set(name, [...(speeds.get(name) ?? []), await transfer()]);
  }
  return Object.fromEntries([...speeds].map(([name, list]) => [name, median(list) / 2 ** 20]));
}

function rowsOf({
  direct = Number.NaN,
  inside = Number.NaN,
  srt,
}: Readonly<Record<string, number>>): BenchRow[] {
  const name = `network: ${MIB} MiB into a sandbox, by curl through bridge and proxy`;
  const row = (base: number, label: string, least: number): BenchRow => ({
    ...{ name, value: inside, unit: 'MiB/s', baseline: { name: label, value: base }, ratio: inside / base },
    aim: `ratio at least ${least}`,
    isMet: inside / base >= least,
  });
  const rows = [row(direct, 'curl with a direct connection', 0.7)];
  if (srt !== undefined) rows.push(row(srt, 'the same in srt', 1));
  return rows;
}
