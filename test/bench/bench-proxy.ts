import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openBridgedProxy } from '../support/bridged-proxy.ts';
import { type BenchRow, median } from './measure.ts';
import type { TransferOrder } from './proxy-transfer.ts';

const MIB = 512;
const ROUNDS = 13;

/** Gives a thread of its own an order and waits for the number that it answers with. */
async function order(thread: Worker, what: TransferOrder): Promise<number> {
  thread.postMessage(what);
  const [answer] = (await once(thread, 'message')) as [number];
  return answer;
}

/**
 * How fast bytes come through bridge and proxy, and through the proxy alone, as where no bridge can carry them, against a
 * direct connection between the same two ends.
 */
export async function benchProxy(): Promise<BenchRow[]> {
  const bytes = MIB * 1024 * 1024;
  const script = join(import.meta.dirname, 'proxy-transfer.ts');
  const [source, client] = [new Worker(script), new Worker(script)];
  const port = await order(source, { act: 'source', bytes });
  const proxy = await openBridgedProxy({ names: { 'api.test': ['127.0.0.1'] } });
  const fetch = (through: string | number | null) => async (): Promise<number> =>
    MIB / ((await order(client, { act: 'fetch', bytes, port, through })) / 1000);
  const ways = {
    direct: fetch(null),
    bridged: fetch(proxy.port),
    alone: fetch(proxy.fixture.proxy.socketPath),
  };
  const speeds: Record<keyof typeof ways, number[]> = { direct: [], bridged: [], alone: [] };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  // one round that does not count
  for (const name of names) await ways[name]();
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) speeds[name].push(await ways[name]());
  await proxy.end();
  await Promise.all([source.terminate(), client.terminate()]);
  const base = median(speeds.direct);
  const baseline = { name: 'direct loopback', value: base };
  const row = (name: string, value: number): BenchRow => ({
    ...{ name, value, unit: 'MiB/s', baseline, ratio: value / base },
  });
  const bridged = row(`proxy: ${MIB} MiB through a tunnel, by bridge and proxy`, median(speeds.bridged));
  return [
    { ...bridged, aim: 'ratio at least 0.7', isMet: median(speeds.bridged) / base >= 0.7 },
    row(`proxy: ${MIB} MiB through a tunnel, where there is no bridge`, median(speeds.alone)),
  ];
}
