import type { Engine, OpenSession } from '../engine/index.ts';
import type { CheckedParams, MethodResult, SessionExecResult, SessionId } from '../protocol/index.ts';
import type { DispatchContext, HandlersOf, OpenedSession } from './dispatch-context.ts';
import { createOpenerChannel } from './opener-streams.ts';
import { refuseCall } from './refuse-call.ts';

type SessionMethod =
  | 'session/open'
  | 'session/exec'
  | 'session/run'
  | 'session/propose'
  | 'session/take-back'
  | 'session/drive'
  | 'session/set'
  | 'session/close'
  | 'session/signal'
  | 'session/resize'
  | 'event/subscribe'
  | 'web/open';

/** Sessions that belong to the connection that opened them, and what programs of the same user follow. */
export function createSessionHandlers(context: DispatchContext): HandlersOf<SessionMethod> {
  const { engine, subscriptions } = context;
  return {
    'session/open': (params) => openSession(context, params),
    'session/exec': ({ sessionId, script }) => runTurn(context, sessionId, (session) => session.exec(script)),
    'session/run': ({ sessionId, argv }) => runTurn(context, sessionId, (session) => session.run(argv)),
    'session/set': (params) => engine.setSession(params),
    'session/drive': ({ sessionId, text, file }) =>
      runTurn(context, sessionId, (session) => session.drive({ text, file })),
    'session/propose': (params) => propose(context, params),
    'session/take-back': ({ sessionId, key }) => {
      findOpened(context, sessionId).proposals.get(key)?.abort();
      return {};
    },
    'session/close': ({ sessionId }) => closeSession(context, sessionId),
    'session/signal': ({ sessionId, signal, isOnlyInFront }) => {
      const session = findSession(engine, sessionId);
      if (isOnlyInFront === true) session.stopInFront(signal);
      else session.signal(signal);
      return {};
    },
    'session/resize': ({ sessionId, columns, rows }) => {
      findOpened(context, sessionId).session.resize({ columns, rows });
      return {};
    },
    'event/subscribe': ({ sessionId, after, mayAnswer }) => {
      subscriptions.add({ sessionId, after });
      if (mayAnswer) context.becomeAnswerer();
      return { approvals: [...engine.listApprovals()] };
    },
    'web/open': async ({ port }) => {
      if (context.openWeb === undefined) throw refuseCall('no-web', 'this engine serves no page');
      return { url: await context.openWeb(port) };
    },
  };
}

async function openSession(
  context: DispatchContext,
  params: CheckedParams<'session/open'>,
): Promise<MethodResult<'session/open'>> {
  const channel = createOpenerChannel(context.notify, params.hasStdin);
  const { session, warnings, summary } = await context.engine.openSession(params, channel.streams);
  if (context.isClosed()) {
    channel.abandon();
    await session.close('opener-gone');
    throw refuseCall('connection-closed', 'the opener has gone');
  }
  context.opened.set(session.sessionId, {
    session,
    channel,
    proposals: new Map(),
    hasRun: false,
  });
  // output must not overtake the answer that names the session
  setImmediate(() => channel.bind(session.sessionId));
  return { sessionId: session.sessionId, warnings: [...warnings], summary: [...summary] };
}

async function runTurn(
  context: DispatchContext,
  sessionId: SessionId,
  run: (session: OpenSession) => Promise<SessionExecResult>,
): Promise<SessionExecResult> {
  const opened = findOpened(context, sessionId);
  const result = await run(opened.session);
  opened.hasRun = true;
  await opened.channel.flush();
  return result;
}

async function propose(
  context: DispatchContext,
  { sessionId, key, proposal }: CheckedParams<'session/propose'>,
): Promise<MethodResult<'session/propose'>> {
  const { session, proposals } = findOpened(context, sessionId);
  if (proposals.has(key)) throw refuseCall('key-in-use', 'a proposal with this key is open');
  const takenBack = new AbortController();
  proposals.set(key, takenBack);
  try {
    return await session.propose(proposal, takenBack.signal);
  } finally {
    proposals.delete(key);
  }
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
  if (session === undefined) throw refuseCall('no-such-session', `no session ${sessionId} is open`);
  return session;
}

function findOpened(context: DispatchContext, sessionId: SessionId): OpenedSession {
  const opened = context.opened.get(sessionId);
  if (opened === undefined)
    throw refuseCall('not-your-session', `${sessionId} was not opened by this connection`);
  return opened;
}
