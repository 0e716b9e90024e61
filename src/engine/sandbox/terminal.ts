import { constants } from 'node:os';
import type { ChildOutcome } from '../base/index.ts';
import type { SupervisedSpec } from './launch-supervised.ts';
import { readInStrokes } from './read-in-strokes.ts';
import { readToEnd } from './read-to-end.ts';
import type { LaunchStdio } from './sandbox.ts';
import type { StartedProcess } from './started-process.ts';
import { withUmask } from './with-umask.ts';

/** Starts the supervisor on a new pseudo-terminal. The native module is loaded here, when a terminal is really wanted. */
export async function startInTerminal(
  spec: Pick<SupervisedSpec, 'execGate' | 'cwd' | 'environment' | 'umask'>,
  size: Extract<LaunchStdio, { kind: 'terminal' }>,
  words: readonly string[],
): Promise<StartedProcess> {
  const { spawn } = await import('node-pty');
  const pty = withUmask(spec.umask, () =>
    spawn(spec.execGate, [...words], {
      name: size.name ?? 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      cwd: spec.cwd,
      env: { ...spec.environment },
      // Bytes, not text: a character may be split between two reads.
      encoding: null,
    }),
  );
  let isPaused = false;
  readToEnd(pty, () => isPaused);
  const finished = new Promise<ChildOutcome>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      const name = signalName(signal);
      resolve(name === null ? { kind: 'exited', code: exitCode } : { kind: 'signalled', signal: name });
    });
  });
  // What is printed before the reader comes is kept for it.
  const early: Uint8Array[] = [];
  let onBytes = (bytes: Uint8Array): void => void early.push(bytes);
  const take = readInStrokes(pty, (bytes) => onBytes(bytes));
  pty.onData((data: string | Uint8Array) => take(typeof data === 'string' ? Buffer.from(data) : data));
  return {
    pid: pty.pid,
    finished,
    pipes: null,
    terminal: {
      write: (data) => pty.write(typeof data === 'string' ? data : Buffer.from(data)),
      resize: (columns, rows) => pty.resize(columns, rows),
      onData: (listener) => {
        onBytes = listener;
        for (const bytes of early.splice(0)) listener(bytes);
      },
      pause: () => {
        isPaused = true;
        pty.pause();
      },
      resume: () => {
        isPaused = false;
        pty.resume();
      },
    },
  };
}

function signalName(signal: number | undefined): NodeJS.Signals | null {
  if (signal === undefined || signal === 0) return null;
  for (const [name, value] of Object.entries(constants.signals)) {
    if (value === signal && isSignalName(name)) return name;
  }
  return 'SIGKILL';
}

function isSignalName(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}
