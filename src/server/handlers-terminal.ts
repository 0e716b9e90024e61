import type { Engine, SessionTerminal } from '../engine/index.ts';
import type { MethodName, SessionId } from '../protocol/index.ts';
import type { DispatchContext, HandlersOf } from './dispatch-context.ts';
import { refuseCall } from './refuse-call.ts';

type TerminalMethod = Extract<MethodName, `terminal/${string}`>;

/** The terminal of an open session, as a page looks at it and types on it. */
export function createTerminalHandlers({
  engine,
  terminalWatch,
}: DispatchContext): HandlersOf<TerminalMethod> {
  return {
    'terminal/watch': ({ sessionId }) => terminalWatch.watch(sessionId, findTerminal(engine, sessionId)),
    'terminal/unwatch': () => {
      terminalWatch.end();
      return {};
    },
    'terminal/input': ({ sessionId, data }) => {
      findTerminal(engine, sessionId).type(Buffer.from(data, 'base64'));
      return {};
    },
    'terminal/resize': ({ sessionId, columns, rows }) => {
      findTerminal(engine, sessionId).resize({ columns, rows });
      return {};
    },
  };
}

function findTerminal(engine: Engine, sessionId: SessionId): SessionTerminal {
  const session = engine.findSession(sessionId);
  if (session === undefined) throw refuseCall('no-such-session', `no session ${sessionId} is open`);
  if (session.terminal === undefined) throw refuseCall('no-terminal', `${sessionId} has no terminal`);
  return session.terminal;
}
