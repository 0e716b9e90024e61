import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { spawn } from 'node-pty';
import { makeFolder, openParams, startRealEngine } from '../support/real-engine.ts';
import { type BenchRow, timeInTurn } from './measure.ts';

const BYTES = 50 * 1024 * 1024;
const ROUNDS = 3;
const SIZE = { columns: 120, rows: 40 };
const LEAST_RATIO = 0.6;

/** What a program prints on a terminal: through a session of the engine, and by node-pty alone. */
export async function benchTerminal(): Promise<BenchRow[]> {
  const real = await startRealEngine();
  const folder = makeFolder('sallyport-bench-terminal', '/var/tmp');
  const file = join(folder.path, 'printed');
  writeFileSync(file, Buffer.alloc(BYTES, `${'0123456789'.repeat(8)}\n`));
  const words = ['sh', '-c', `cat '${file}'`] as const;

  const inSession = async (): Promise<void> => {
    let count = 0;
    const stdout = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        count += piece.length;
        done();
      },
    });
    const { session } = await real.engine.openSession(
      { ...openParams({ cwd: folder.path, policy: 'never' }), origin: 'run', terminal: SIZE },
      { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    );
    await session.run(words);
    await session.close('finished');
    if (count < BYTES) throw new Error(`only ${count} bytes came`);
  };
  const alone = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let count = 0;
      const [program, ...rest] = words;
      const pty = spawn(program, rest, { cols: SIZE.columns, rows: SIZE.rows, encoding: null });
      pty.onData((data: string | Uint8Array) => {
        count += data.length;
      });
      // the last of it is lost by node-pty alone where its reader is behind: most of it is enough
      pty.onExit(() => (count > BYTES * 0.9 ? resolve() : reject(new Error(`only ${count} bytes came`))));
    });

  const times = await timeInTurn(ROUNDS, { inSession, alone });
  await real.stop();
  folder.remove();
  const rate = (ms: number): number => BYTES / 1024 / 1024 / (ms / 1000);
  const baseline = { name: 'node-pty alone', value: rate(times.alone) };
  const value = rate(times.inSession);
  const ratio = value / baseline.value;
  const aim = `ratio at least ${LEAST_RATIO}`;
  return [
    {
      name: '50 MB printed on a terminal',
      value,
      unit: 'MB/s',
      baseline,
      ratio,
      aim,
      isMet: ratio >= LEAST_RATIO,
    },
  ];
}
