import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openProxy } from '../support/proxy-fixture.ts';
import { type BenchRow, median } from './measure.ts';
import type { TransferOrder } from './proxy-transfer.ts';

const MIB = 512;
const ROUNDS = 5;

/** Gives a thread of its own an order and waits for the number that it answers with. */
async function order(thread: Worker, what: TransferOrder): Promise<number> {
  thread.postMessage(what);
  const [answer] = (await once(thread, 'message')) as [number];
  return answer;
}

/** How fast bytes come through the proxy, against a direct connection between the same two ends. */
export async function benchProxy(): Promise<BenchRow[]> {
  const bytes = MIB * 1024 * 1024;
  const script = join(import.meta.dirname, 'proxy-transfer.ts');
  const [source, client] = [new Worker(script), new Worker(script)];
  const port = await order(source, { act: 'source', bytes });
  const proxy = await openProxy({ names: { 'api.test': ['127.0.0.1'] } });
  const { socketPath } = proxy.proxy;
  const direct = () => order(client, { act: 'fetch', bytes, port, socketPath: null });
  const through = () => order(client, { act: 'fetch', bytes, port, socketPath });
  const times: { direct: number[]; through: number[] } = { direct: [], through: [] };
  // one round that does not count
  await direct();
  await through();
  for (let round = 0; round < ROUNDS; round++) {
    times.direct.push(await direct());
    times.through.push(await through());
  }
  await proxy.end();
  await Promise.all([source.terminate(), client.terminate()]);
  const speed = (list: readonly number[]): number => MIB / (median(list) / 1000);
  const [value, base] = [speed(times.through), speed(times.direct)];
  return [
    {
      name: `proxy: ${MIB} MiB through a tunnel`,
      value,
      unit: 'MiB/s',
      baseline: { name: 'direct loopback', value: base },
      ratio: value / base,
      aim: 'ratio at least 0.7',
    },
  ];
}
