import type { OpenerStreams } from '../engine/index.ts';
import { Fault, type NotificationParams, type RpcPeer, type SessionId } from '../protocol/index.ts';
import { CreditedReceiver, CreditedSender } from './credited-streams.ts';

/** The streams of one opener: Node streams on the engine's side, notifications on the client's. */
export interface OpenerChannel {
  readonly streams: OpenerStreams;
  /** From here on output is sent, under this session. */
  bind(sessionId: SessionId): void;
  /** Throws a `peer` fault for a stream that is not the client's to write, or more than its window. */
  takeData(params: NotificationParams<'stream/data'>): void;
  takeEnd(params: NotificationParams<'stream/end'>): void;
  takeCredit(params: NotificationParams<'stream/credit'>): void;
  /** Settles when all output so far is on its way. */
  flush(): Promise<void>;
  /** The client is gone: input ends, output vanishes, nobody waits. */
  abandon(): void;
}

/** `notify` is the peer's; without `hasStdin` the input is at its end from the start. */
export function createOpenerChannel(notify: RpcPeer['notify'], hasStdin: boolean): OpenerChannel {
  let sessionId: SessionId | undefined;
  const whenBound = (send: (sessionId: SessionId) => void): void => {
    if (sessionId !== undefined) send(sessionId);
  };
  const createOutput = (stream: 'stdout' | 'stderr'): CreditedSender =>
    new CreditedSender(
      (data) => whenBound((id) => notify('stream/data', { sessionId: id, stream, data })),
      () => whenBound((id) => notify('stream/end', { sessionId: id, stream })),
      true,
    );
  const stdout = createOutput('stdout');
  const stderr = createOutput('stderr');
  let uncreditedBytes = 0;
  const stdin = new CreditedReceiver((bytes) => {
    uncreditedBytes += bytes;
    whenBound((id) => {
      notify('stream/credit', { sessionId: id, stream: 'stdin', bytes: uncreditedBytes });
      uncreditedBytes = 0;
    });
  });
  if (!hasStdin) stdin.takeEnd();
  return {
    streams: { stdin, stdout, stderr },
    bind: (id) => {
      sessionId = id;
      stdout.start();
      stderr.start();
    },
    takeData: ({ stream, data }) => {
      if (stream === 'stdin' && stdin.takePiece(data)) return;
      throw new Fault({
        kind: 'peer',
        code: 'stream-misused',
        message: `more than may be sent on ${stream}`,
      });
    },
    takeEnd: ({ stream }) => {
      if (stream === 'stdin') stdin.takeEnd();
    },
    takeCredit: ({ stream, bytes }) => {
      if (stream === 'stdout') stdout.addCredit(bytes);
      if (stream === 'stderr') stderr.addCredit(bytes);
    },
    flush: async () => {
      await Promise.all([stdout.flush(), stderr.flush()]);
    },
    abandon: () => {
      stdin.takeEnd();
      stdout.abandon();
      stderr.abandon();
    },
  };
}
