import type { Readable, Writable } from 'node:stream';
import type { EngineClient } from '../client/index.ts';
import type { SessionId } from '../protocol/index.ts';
import { CreditedReceiver, CreditedSender } from '../server/index.ts';
import type { OutputHold } from './output-hold.ts';
import type { ScreenWatch } from './screen-watch.ts';

export interface ScriptStreamPorts {
  readonly client: EngineClient;
  readonly sessionId: SessionId;
  /** Where the script's output goes; `null` throws it away. */
  readonly stdout: Writable | null;
  readonly stderr: Writable | null;
  /** Holds back what goes to a terminal. */
  readonly hold: OutputHold;
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** The terminal is the script's own: what is said beside its output ends its lines itself. */
  readonly isRaw?: boolean;
  /** Told of what is written to the terminal that is standard output. */
  readonly screen?: ScreenWatch;
  /** Nobody reads the output any more. */
  onBrokenPipe(): void;
}

export interface ScriptStreams {
  /** The script's input: write to it, end it. */
  readonly stdin: Writable;
  /** Settles when all output that came has been written. Call it when the script has ended. */
  finish(): Promise<void>;
}

/** The opener's half of a session's streams. Nothing is lost, and a slow terminal slows the script down. */
export function connectScriptStreams(ports: ScriptStreamPorts): ScriptStreams {
  const { client, sessionId } = ports;
  const stdin = new CreditedSender(
    (data) => client.notify('stream/data', { sessionId, stream: 'stdin', data }),
    () => client.notify('stream/end', { sessionId, stream: 'stdin' }),
    false,
  );
  client.on('stream/credit', ({ sessionId: id, stream, bytes }) => {
    if (id === sessionId && stream === 'stdin') stdin.addCredit(bytes);
  });
  client.onClose(() => stdin.abandon());
  const receive = (stream: 'stdout' | 'stderr'): CreditedReceiver => {
    const receiver = new CreditedReceiver((bytes) =>
      client.notify('stream/credit', { sessionId, stream, bytes }),
    );
    client.on('stream/data', ({ sessionId: id, stream: name, data }) => {
      if (id === sessionId && name === stream) receiver.takePiece(data);
    });
    return receiver;
  };
  const outputs = (['stdout', 'stderr'] as const).map((name) => {
    const receiver = receive(name);
    return { receiver, written: pump(ports, name, receiver) };
  });
  return {
    stdin,
    finish: async () => {
      for (const { receiver } of outputs) receiver.takeEnd();
      await Promise.all(outputs.map(({ written }) => written));
    },
  };
}

async function pump(ports: ScriptStreamPorts, name: 'stdout' | 'stderr', receiver: Readable): Promise<void> {
  let target = ports[name];
  target?.once('error', () => {
    // as a broken pipe would, once; what still comes is thrown away
    if (target !== null) ports.onBrokenPipe();
    target = null;
  });
  for await (const piece of receiver) {
    if (ports.isTerminal[name]) await ports.hold.whenOpen();
    const writable = target;
    const bytes = ports.isRaw === true && name === 'stderr' ? endLines(piece as Buffer) : piece;
    if (writable !== null) await new Promise<void>((resolve) => writable.write(bytes, () => resolve()));
    if (name === 'stdout') ports.screen?.feed(piece as Uint8Array);
  }
}

/** Byte for byte: a character may be split between two pieces. */
function endLines(piece: Buffer): Buffer {
  return Buffer.from(piece.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
