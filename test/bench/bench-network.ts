import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeFolder, startRealEngine } from '../support/real-engine.ts';
import { type BenchRow, median } from './measure.ts';
import type { TransferOrder } from './proxy-transfer.ts';

const MIB = 512;
const ROUNDS = 5;
const MEASURED = ['-s', '-o', '/dev/null', '-w', '%{speed_download}'];

/** How fast bytes come into a sandbox, through bridge and proxy, against the same program with a direct connection. */
export async function benchNetwork(): Promise<BenchRow[]> {
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
  const direct = async (): Promise<number> => Number(execFileSync('curl', [...MEASURED, url]).toString());
  const inside = async (): Promise<number> => {
    const script = `curl ${MEASURED.join(' ')} --proxytunnel --noproxy '' --proxy "$HTTP_PROXY" ${url}`;
    const flags = { allowDomains: [`127.0.0.1:${port}`] };
    const { stdout, stderr } = await real.run(script, { cwd: folder.path, flags });
    if (!(Number(stdout) > 0)) throw new Error(`nothing came: ${stdout} ${stderr}`);
    return Number(stdout);
  };
  const speeds: { direct: number[]; inside: number[] } = { direct: [], inside: [] };
  // one round that does not count
  await direct();
  await inside();
  for (let round = 0; round < ROUNDS; round++) {
    speeds.direct.push(await direct());
    speeds.inside.push(await inside());
  }
  await real.stop();
  await source.terminate();
  folder.remove();
  const [value, base] = [median(speeds.inside) / 2 ** 20, median(speeds.direct) / 2 ** 20];
  const ratio = value / base;
  return [
    {
      name: `network: ${MIB} MiB into a sandbox, by curl through bridge and proxy`,
      value,
      unit: 'MiB/s',
      baseline: { name: 'curl with a direct connection', value: base },
      ratio,
      aim: 'ratio at least 0.7',
      isMet: ratio >= 0.7,
    },
  ];
}
