import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionTerminal } from '../../src/engine/index.ts';
import type { Event, SessionExecResult } from '../../src/protocol/index.ts';
import { openParams, type RealEngine, type ScriptOptions } from './real-engine.ts';

export interface ProgramOptions extends Omit<ScriptOptions, 'answer' | 'onEvent'> {
  /** A terminal of this size; pipes without one. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** What is printed is taken so slowly: this long for each piece. */
  readonly slowMs?: number;
  /** A preset that was chosen; the one that fits, without one. */
  readonly agent?: string;
}

export interface StartedProgram {
  readonly result: Promise<SessionExecResult>;
  readonly events: readonly Event[];
  readonly terminal: SessionTerminal | undefined;
  readonly summary: readonly string[];
  readonly warnings: readonly string[];
  stdout(): Buffer;
  stderr(): string;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void;
  /** Waits until it has printed this, after what was waited for last. */
  see(text: string): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS = 30_000;

/** One program as a session of a real engine, in this process. */
export async function startProgram(
  { engine }: RealEngine,
  argv: readonly string[],
  options: ProgramOptions,
): Promise<StartedProgram> {
  const pieces: Buffer[] = [];
  const errors: Buffer[] = [];
  const events: Event[] = [];
  const stdin = new PassThrough();
  if (options.terminal === undefined) stdin.end(options.stdin ?? '');
  const unsubscribe = engine.subscribe((batch) => events.push(...batch));
  const { session, summary, warnings } = await engine.openSession(
    {
      ...openParams(options),
      origin: 'run',
      ...(options.terminal && { terminal: options.terminal }),
      agent: { program: argv[0] ?? '', ...(options.agent !== undefined && { preset: options.agent }) },
    },
    { stdin, stdout: collect(pieces, options.slowMs), stderr: collect(errors, undefined) },
  );
  let seen = 0;
  const result = session.run(argv);
  return {
    result,
    events,
    terminal: session.terminal,
    summary,
    warnings,
    stdout: () => Buffer.concat(pieces),
    stderr: () => Buffer.concat(errors).toString('utf8'),
    type: (text) => stdin.write(text),
    resize: (columns, rows) => session.resize({ columns, rows }),
    signal: (name) => session.signal(name),
    see: async (text) => {
      const deadline = Date.now() + WAIT_MS;
      for (;;) {
        const at = Buffer.concat(pieces).toString('latin1').indexOf(text, seen);
        if (at !== -1) {
          seen = at + text.length;
          return;
        }
        if (Date.now() > deadline) throw new Error(`did not see ${text} in ${Buffer.concat(pieces)}`);
        await delay(10);
      }
    },
    close: async () => {
      await session.close('finished');
      unsubscribe();
    },
  };
}

function collect(pieces: Buffer[], slowMs: number | undefined): Writable {
  return new Writable({
    highWaterMark: 64 * 1024,
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      if (slowMs === undefined) done();
      else setTimeout(done, slowMs);
    },
  });
}
