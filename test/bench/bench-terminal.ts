import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { spawn } from 'node-pty';
import { makeFolder, openParams, startRealEngine } from '../support/real-engine.ts';
import { createCliPlace } from '../support/terminal.ts';
import { type BenchRow, median } from './measure.ts';

const MIB = 1024 * 1024;
const BYTES = 50 * MIB;
const ROUNDS = 9;
const SIZE = { columns: 120, rows: 40 };
const LEAST_RATIO = 0.6;

type Words = readonly [program: string, ...rest: string[]];

/** What a program prints on a terminal: with the product, and by node-pty alone. */
export async function benchTerminal(): Promise<BenchRow[]> {
  const folder = makeFolder('sallyport-bench-terminal', '/var/tmp');
  const file = join(folder.path, 'printed');
  writeFileSync(file, Buffer.alloc(BYTES, `${'0123456789'.repeat(8)}\n`));
  const rows = await benchSession(folder.path, ['cat', file]);
  const launcher = join(import.meta.dirname, '..', '..', 'build', 'bin', 'sallyport');
  if (existsSync(join(import.meta.dirname, '..', '..', 'out', 'cli', 'main.js'))) {
    rows.push(await benchRun(launcher, ['cat', file]));
  }
  folder.remove();
  return rows;
}

/** Milliseconds of one run: of the flow, from its first piece to its last, and of all of it with opening and end. */
interface RunTimes {
  readonly flow: number;
  readonly whole: number;
}

/** When pieces came, and how much. */
class Flow {
  readonly #begin = performance.now();
  #first = 0;
  #last = 0;
  bytes = 0;

  take(length: number): void {
    this.#last = performance.now();
    if (this.bytes === 0) this.#first = this.#last;
    this.bytes += length;
  }

  times(): RunTimes {
    return { flow: this.#last - this.#first, whole: performance.now() - this.#begin };
  }
}

/** Medians of two kinds of run, in turn. */
async function timeBoth(
  product: () => Promise<RunTimes>,
  alone: () => Promise<RunTimes>,
): Promise<{ readonly product: RunTimes; readonly alone: RunTimes }> {
  const times: Record<'product' | 'alone', RunTimes[]> = { product: [], alone: [] };
  // one round that does not count
  for (let round = -1; round < ROUNDS; round++) {
    const [one, other] = [await product(), await alone()];
    if (round < 0) continue;
    times.product.push(one);
    times.alone.push(other);
  }
  const middle = (list: readonly RunTimes[]): RunTimes => ({
    flow: median(list.map(({ flow }) => flow)),
    whole: median(list.map(({ whole }) => whole)),
  });
  return { product: middle(times.product), alone: middle(times.alone) };
}

/** A session of an engine in this process. */
async function benchSession(cwd: string, words: Words): Promise<BenchRow[]> {
  const real = await startRealEngine();
  const inSession = async (): Promise<RunTimes> => {
    const flow = new Flow();
    const stdout = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        flow.take(piece.length);
        done();
      },
    });
    const { session } = await real.engine.openSession(
      { ...openParams({ cwd, policy: 'never' }), origin: 'run', terminal: SIZE },
      { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    );
    await session.run(words);
    await session.close('finished');
    if (flow.bytes < BYTES) throw new Error(`only ${flow.bytes} bytes came`);
    return flow.times();
  };
  const { product, alone } = await timeBoth(inSession, () => runAlone(words));
  await real.stop();
  const row = rowOf('50 MB printed on a terminal, while they flow', product.flow, alone.flow);
  const isMet = (row.ratio ?? 0) >= LEAST_RATIO;
  return [
    { ...row, aim: `ratio at least ${LEAST_RATIO}`, isMet },
    rowOf('the same, from opening the session to its end', product.whole, alone.whole),
  ];
}

/** The whole product, as somebody at a terminal has it: its process, the engine's, and two terminals. */
async function benchRun(launcher: string, words: Words): Promise<BenchRow> {
  const place = createCliPlace();
  const options = { cwd: place.folder, env: place.env };
  // the round that does not count starts the engine
  const { product, alone } = await timeBoth(
    () => runAlone([launcher, 'run', '-a', 'never', '--', ...words], options),
    () => runAlone(words, options),
  );
  await place.close();
  return rowOf('50 MB by `sallyport run -- cat`, from start to end', product.whole, alone.whole);
}

function runAlone(
  [program, ...rest]: Words,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunTimes> {
  return new Promise((resolve, reject) => {
    const flow = new Flow();
    const pty = spawn(program, rest, { ...options, cols: SIZE.columns, rows: SIZE.rows, encoding: null });
    pty.onData((data: string | Uint8Array) => flow.take(data.length));
    // the last of it is lost by node-pty alone where its reader is behind: most of it is enough
    pty.onExit(() =>
      flow.bytes > BYTES * 0.9 ? resolve(flow.times()) : reject(new Error(`only ${flow.bytes} bytes came`)),
    );
  });
}

function rowOf(name: string, timeMs: number, aloneMs: number): BenchRow {
  const rate = (ms: number): number => BYTES / MIB / (ms / 1000);
  const baseline = { name: 'node-pty alone', value: rate(aloneMs) };
  const value = rate(timeMs);
  return { name, value, unit: 'MB/s', baseline, ratio: value / baseline.value };
}
