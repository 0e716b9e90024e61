import type { Engine, OpenSession } from '../engine/index.ts';
import {
  Fault,
  PROTOCOL_VERSION,
  type RequestHandlers,
  type RpcPeer,
  type SessionId,
} from '../protocol/index.ts';
import { createOpenerChannel, type OpenerChannel } from './opener-streams.ts';
import type { Subscriptions } from './subscriptions.ts';

/** A session that a connection has opened: it ends with the connection. */
export interface OpenedSession {
  readonly session: OpenSession;
  readonly channel: OpenerChannel;
  hasRun: boolean;
}

/** What one connection has and may reach. */
export interface DispatchContext {
  readonly engine: Engine;
  readonly subscriptions: Subscriptions;
  readonly opened: Map<SessionId, OpenedSession>;
  readonly notify: RpcPeer['notify'];
  isClosed(): boolean;
  /** Called once for a client that shows questions to a person. */
  becomeAnswerer(): void;
  /** Ends the engine after the answer is sent. */
  requestStop(): void;
  /** The address of the page with a new token. */
  openWeb(port?: number): Promise<string>;
}

function refuse(code: string, message: string, hint?: string): Fault {
  return new Fault({ kind: 'peer', code, message, hint });
}

/**
 * One handler per row of the method table. Before `engine/hello` nothing is answered, and to a client of another
 * protocol version nothing but `engine/stop`.
 */
export function createDispatch(context: DispatchContext): Required<RequestHandlers> {
  const { engine, subscriptions } = context;
  let clientVersion: number | undefined;

  function guard<P, R>(handler: (params: P) => R): (params: P) => R {
    return (params) => {
      if (clientVersion === undefined) throw refuse('hello-first', 'the first request must be engine/hello');
      if (clientVersion !== PROTOCOL_VERSION) {
        throw refuse(
          'wrong-protocol',
          `this engine speaks protocol ${PROTOCOL_VERSION}, not ${clientVersion}`,
        );
      }
      return handler(params);
    };
  }

  return {
    'engine/hello': ({ protocolVersion }) => {
      clientVersion = protocolVersion;
      return {
        protocolVersion: PROTOCOL_VERSION,
        engineVersion: engine.version,
        engineId: engine.engineId,
        pid: process.pid,
        openSessions: engine.openSessionCount(),
      };
    },
    'engine/stop': ({ force }) => {
      if (clientVersion === undefined) throw refuse('hello-first', 'the first request must be engine/hello');
      const stopping = force || engine.openSessionCount() === 0;
      if (stopping) context.requestStop();
      return { stopping };
    },
    'session/open': guard((params) => openSession(context, params)),
    'session/exec': guard(({ sessionId, script }) => execScript(context, sessionId, script)),
    'session/close': guard(({ sessionId }) => closeSession(context, sessionId)),
    'session/signal': guard(({ sessionId, signal }) => {
      findSession(engine, sessionId).signal(signal);
      return {};
    }),
    'session/resize': guard(({ sessionId, columns, rows }) => {
      findOpened(context, sessionId).session.resize({ columns, rows });
      return {};
    }),
    'event/subscribe': guard(({ sessionId, after, mayAnswer }) => {
      subscriptions.add({ sessionId, after });
      if (mayAnswer) context.becomeAnswerer();
      return { approvals: [...engine.listApprovals()] };
    }),
    'approval/list': guard(() => ({ approvals: [...engine.listApprovals()] })),
    'approval/answer': guard((params) => engine.answerApproval(params)),
    'grant/list': guard(() => ({ grants: [...engine.listGrants()] })),
    'grant/revoke': guard(async ({ grantId, by }) => ({ revoked: await engine.revokeGrant(grantId, by) })),
    'web/open': guard(async ({ port }) => ({ url: await context.openWeb(port) })),
  };
}

type Handler<M extends keyof RequestHandlers> = NonNullable<RequestHandlers[M]>;

async function openSession(
  context: DispatchContext,
  params: Parameters<Handler<'session/open'>>[0],
): Promise<{ sessionId: SessionId; warnings: string[]; summary: string[] }> {
  const channel = createOpenerChannel(context.notify, params.hasStdin);
  const { session, warnings, summary } = await context.engine.openSession(params, channel.streams);
  if (context.isClosed()) {
    channel.abandon();
    await session.close('opener-gone');
    throw refuse('connection-closed', 'the opener has gone');
  }
  context.opened.set(session.sessionId, { session, channel, hasRun: false });
  // output must not overtake the answer that names the session
  setImmediate(() => channel.bind(session.sessionId));
  return { sessionId: session.sessionId, warnings: [...warnings], summary: [...summary] };
}

async function execScript(context: DispatchContext, sessionId: SessionId, script: string) {
  const opened = findOpened(context, sessionId);
  const result = await opened.session.exec(script);
  opened.hasRun = true;
  await opened.channel.flush();
  return result;
}

async function closeSession(context: DispatchContext, sessionId: SessionId): Promise<Record<string, never>> {
  const opened = context.opened.get(sessionId);
  context.opened.delete(sessionId);
  opened?.channel.abandon();
  const session = opened?.session ?? findSession(context.engine, sessionId);
  await session.close(opened?.hasRun === true ? 'finished' : 'closed-by-opener');
  return {};
}

function findSession(engine: Engine, sessionId: SessionId): OpenSession {
  const session = engine.findSession(sessionId);
  if (session === undefined) throw refuse('no-such-session', `no session ${sessionId} is open`);
  return session;
}

function findOpened(context: DispatchContext, sessionId: SessionId): OpenedSession {
  const opened = context.opened.get(sessionId);
  if (opened === undefined)
    throw refuse('not-your-session', `${sessionId} was not opened by this connection`);
  return opened;
}
