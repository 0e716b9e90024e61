import type { Engine } from '../engine/index.ts';
import { type ConnectionKind, Fault, RpcPeer, type SessionId } from '../protocol/index.ts';
import { createDispatch } from './dispatch.ts';
import type { OpenedSession } from './dispatch-context.ts';
import { createOverviewWatch } from './overview-watch.ts';
import type { SocketPipe } from './pipe-socket.ts';
import { createRowWatch } from './row-watch.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createTerminalWatch } from './terminal-watch.ts';

/** How a client is connected, and what it may set off beside the engine. */
export interface ConnectionDoors {
  readonly kind: ConnectionKind;
  /** Ends the engine after the answer is sent. */
  requestStop(): void;
  /** The address of the page with a new token; absent where no page is served. */
  readonly openWeb?: ((port?: number) => Promise<string>) | undefined;
}

/**
 * Serves one client until its pipe closes. Then everything that hung on it ends: its subscriptions, its place among
 * those who may answer, and the sessions it opened.
 */
export function serveConnection(engine: Engine, pipe: SocketPipe, doors: ConnectionDoors): RpcPeer {
  const opened = new Map<SessionId, OpenedSession>();
  let stopAnswering: (() => void) | undefined;
  const notify: RpcPeer['notify'] = (name, params) => peer.notify(name, params);
  const ports = { engine, notify, pipe, fail: () => peer.close() };
  const subscriptions = createSubscriptions(ports);
  const overview = createOverviewWatch(ports);
  const rowWatch = createRowWatch(ports);
  const terminalWatch = createTerminalWatch(ports);

  /** A client that does not keep to the rules of streams could make the engine keep any amount: it is cut off. */
  function withChannel(sessionId: SessionId, use: (channel: OpenedSession['channel']) => void): void {
    const session = opened.get(sessionId);
    if (session === undefined) return;
    try {
      use(session.channel);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      peer.close();
    }
  }

  const handlers = createDispatch({
    kind: doors.kind,
    engine,
    subscriptions,
    overview,
    rowWatch,
    terminalWatch,
    opened,
    notify,
    isClosed: () => peer.isClosed,
    becomeAnswerer: () => {
      stopAnswering ??= engine.addAnswerer();
    },
    requestStop: doors.requestStop,
    openWeb: doors.openWeb,
  });
  const peer: RpcPeer = new RpcPeer(pipe, handlers, {
    'stream/data': (params) => withChannel(params.sessionId, (channel) => channel.takeData(params)),
    'stream/end': (params) => withChannel(params.sessionId, (channel) => channel.takeEnd(params)),
    'stream/credit': (params) => withChannel(params.sessionId, (channel) => channel.takeCredit(params)),
  });
  peer.onClose(() => {
    subscriptions.end();
    overview.end();
    rowWatch.end();
    terminalWatch.end();
    stopAnswering?.();
    for (const { session, channel } of opened.values()) {
      channel.abandon();
      // the session writes its own end; a fault of it has nobody left to be told
      session.close('opener-gone').catch(() => {});
    }
    opened.clear();
  });
  return peer;
}
