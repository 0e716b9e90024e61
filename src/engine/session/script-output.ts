/**
 * Carries what a script prints to its opener, without loss and at the opener's pace, and beside it into the history,
 * masked and bounded.
 */
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { CapturedStream, OutputNotice, RunId, SessionId } from '../../protocol/index.ts';
import { createSecretMasker } from '../../replay/index.ts';
import type { OpenerStreams } from '../engine.ts';
import type { Journal } from '../history/index.ts';
import type { SandboxProcess } from '../sandbox/index.ts';
import { carryTerminal } from './carry-terminal.ts';
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
    const carried = carryTerminal(process.terminal, sinks.streams.stdin, (bytes) => {
      sinks.screen?.take(bytes);
      return stdout.write(bytes);
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
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<CapturedStream>;
}

function createTee(sinks: OutputSinks, stream: 'stdout' | 'stderr'): Tee {
  const { sessionId, runId } = sinks;
  const capture = sinks.journal.captureOutput({ sessionId, runId, stream, secrets: sinks.secrets });
  const opener = sinks.streams[stream];
  const decoder = new StringDecoder('utf8');
  const masker = createSecretMasker(sinks.secrets);
  let offset = 0;
  return {
    async write(bytes) {
      const text = masker.push(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
      sinks.notice({
        type: 'output',
        sessionId,
        runId,
        stream,
        offset,
        text,
      });
      offset += Buffer.byteLength(text);
      await Promise.all([writeTo(opener, bytes), capture.write(bytes)]);
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
  for await (const bytes of from) await tee.write(bytes as Uint8Array);
}
