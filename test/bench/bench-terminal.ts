import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { spawn } from 'node-pty';
import { makeFolder, openParams, startRealEngine } from '../support/real-engine.ts';
import { createCliPlace } from '../support/terminal.ts';
import { type BenchRow, timeInTurn } from './measure.ts';

const MIB = 1024 * 1024;
const BYTES = 50 * MIB;
const ROUNDS = 9;
const SIZE = { columns: 120, rows: 40 };
const LEAST_RATIO = 0.6;

type Words = readonly [program: string, ...rest: string[]];

/** What a program prints on a terminal, from the opening of it to its end: with the product, and by node-pty alone. */
export async function benchTerminal(): Promise<BenchRow[]> {
  const folder = makeFolder('sallyport-bench-terminal', '/var/tmp');
  const file = join(folder.path, 'printed');
  writeFileSync(file, Buffer.alloc(BYTES, `${'0123456789'.repeat(8)}\n`));
  const rows = [await benchSession(folder.path, ['cat', file])];
  const launcher = join(import.meta.dirname, '..', '..', 'build', 'bin', 'sallyport');
  if (existsSync(join(import.meta.dirname, '..', '..', 'out', 'cli', 'main.js'))) {
    rows.push(await benchRun(launcher, ['cat', file]));
  }
  folder.remove();
  return rows;
}

/** A session of an engine in this process. */
async function benchSession(cwd: string, words: Words): Promise<BenchRow> {
  const real = await startRealEngine();
  const inSession = async (): Promise<void> => {
    let count = 0;
    const stdout = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        count += piece.length;
        done();
      },
    });
    const { session } = await real.engine.openSession(
      { ...openParams({ cwd, policy: 'never' }), origin: 'run', terminal: SIZE },
      { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    );
    await session.run(words);
    await session.close('finished');
    if (count < BYTES) throw new Error(`only ${count} bytes came`);
  };
  const times = await timeInTurn(ROUNDS, { inSession, alone: () => runAlone(words) });
  await real.stop();
  const row = rowOf('50 MB printed on a terminal', times.inSession, times.alone);
  const { ratio = 0 } = row;
  return { ...row, aim: `ratio at least ${LEAST_RATIO}`, isMet: ratio >= LEAST_RATIO };
}

/** The whole product, as somebody at a terminal has it: its process, the engine's, and two terminals. */
async function benchRun(launcher: string, words: Words): Promise<BenchRow> {
  const place = createCliPlace();
  const options = { cwd: place.folder, env: place.env };
  // the round that does not count starts the engine
  const times = await timeInTurn(ROUNDS, {
    run: () => runAlone([launcher, 'run', '-a', 'never', '--', ...words], options),
    alone: () => runAlone(words, options),
  });
  await place.close();
  return rowOf('50 MB by `sallyport run -- cat`', times.run, times.alone);
}

function runAlone(
  [program, ...rest]: Words,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const pty = spawn(program, rest, { ...options, cols: SIZE.columns, rows: SIZE.rows, encoding: null });
    pty.onData((data: string | Uint8Array) => {
      count += data.length;
    });
    // the last of it is lost by node-pty alone where its reader is behind: most of it is enough
    pty.onExit(() => (count > BYTES * 0.9 ? resolve() : reject(new Error(`only ${count} bytes came`))));
  });
}

function rowOf(name: string, timeMs: number, aloneMs: number): BenchRow {
  const rate = (ms: number): number => BYTES / MIB / (ms / 1000);
  const baseline = { name: 'node-pty alone', value: rate(aloneMs) };
  const value = rate(timeMs);
  return { name, value, unit: 'MB/s', baseline, ratio: value / baseline.value };
}
