/**
 * Carries what a script prints to its opener, without loss and at the opener's pace, and beside it into the history,
 * masked and bounded.
 */
import type { Readable, Writable } from 'node:stream';
import type { CapturedStream, OutputNotice, RunId, SessionId } from '../../protocol/index.ts';
import type { OpenerStreams } from '../engine.ts';
import type { Journal } from '../history/index.ts';
import type { SandboxProcess } from '../sandbox/index.ts';
import { carryTerminal } from './carry-terminal.ts';
import { createOutputTeller } from './tell-output.ts';
import type { TerminalScreen } from './terminal-screen.ts';

export interface OutputSinks {
  readonly sessionId: SessionId;
  readonly runId: RunId;
  readonly journal: Journal;
  /** Values that must not be stored. */
  readonly secrets: readonly string[];
  readonly streams: OpenerStreams;
  /** Where what a terminal shows is kept for those who watch. */
  readonly screen?: TerminalScreen | undefined;
  notice(notice: OutputNotice): void;
}

export interface ScriptOutput {
  /** Resolves when everything is delivered and stored. Call it after the process has ended. */
  finish(): Promise<{ stdout: CapturedStream; stderr: CapturedStream }>;
}

/** Connects the streams of a process with those of its opener. */
export function carryOutput(process: SandboxProcess, sinks: OutputSinks): ScriptOutput {
  const stdout = createTee(sinks, 'stdout');
  const stderr = createTee(sinks, 'stderr');
  const delivered: Promise<void>[] = [];
  let disconnect: () => void = () => undefined;
  let whenTerminalEmpty: () => Promise<void> = () => Promise.resolve();
  if (process.pipes) {
    const { pipes } = process;
    delivered.push(pump(pipes.stdout, stdout), pump(pipes.stderr, stderr));
    // A program that does not read its input, or is gone, is no error of the script.
    pipes.stdin.on('error', () => undefined);
    const endInput = (): void => void pipes.stdin.end();
    const { stdin } = sinks.streams;
    stdin.on('error', endInput);
    stdin.pipe(pipes.stdin);
    disconnect = () => {
      stdin.unpipe(pipes.stdin);
      stdin.off('error', endInput);
    };
  } else if (process.terminal) {
    const carried = carryTerminal(process.terminal, sinks.streams.stdin, {
      take: (bytes) => {
        sinks.screen?.take(bytes);
        stdout.take(bytes);
      },
      deliver: (bytes) => stdout.deliver(bytes),
    });
    whenTerminalEmpty = carried.whenEmpty;
    disconnect = carried.disconnect;
  }
  return {
    finish: async () => {
      await Promise.all([whenTerminalEmpty(), ...delivered]);
      disconnect();
      return { stdout: await stdout.finish(), stderr: await stderr.finish() };
    },
  };
}

interface Tee {
  /** Hands the bytes to the history, which tells who watches. */
  take(bytes: Uint8Array): void;
  /** Hands what was taken to the opener; settles when opener and history can take more. */
  deliver(bytes: Uint8Array): Promise<void>;
  finish(): Promise<CapturedStream>;
}

function createTee(sinks: OutputSinks, stream: 'stdout' | 'stderr'): Tee {
  const { sessionId, runId } = sinks;
  const onMasked = createOutputTeller({ sessionId, runId, stream }, sinks.notice);
  const capture = sinks.journal.captureOutput({
    sessionId,
    runId,
    stream,
    secrets: sinks.secrets,
    onMasked,
  });
  const opener = sinks.streams[stream];
  let stored: Promise<void>[] = [];
  return {
    take: (bytes) => {
      const kept = capture.write(bytes);
      // what fails is told by `deliver`
      kept.catch(() => undefined);
      stored.push(kept);
    },
    deliver: async (bytes) => {
      const before = stored;
      stored = [];
      await Promise.all([writeTo(opener, bytes), ...before]);
    },
    finish: () => capture.finish(),
  };
}

/** Resolves when the reader can take more, or is gone. */
function writeTo(opener: Writable, bytes: Uint8Array): Promise<void> {
  if (opener.destroyed || opener.writableEnded || opener.write(bytes)) return Promise.resolve();
  return new Promise((settle) => {
    const done = (): void => {
      opener.off('drain', done);
      opener.off('close', done);
      settle();
    };
    opener.once('drain', done);
    opener.once('close', done);
  });
}

async function pump(from: Readable, tee: Tee): Promise<void> {
  for await (const bytes of from) {
    tee.take(bytes as Uint8Array);
    await tee.deliver(bytes as Uint8Array);
  }
}
