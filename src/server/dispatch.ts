import {
  type ConnectionKind,
  type MethodName,
  PAGE_METHODS,
  PROTOCOL_VERSION,
  type RequestHandlers,
} from '../protocol/index.ts';
import type { DispatchContext } from './dispatch-context.ts';
import { createAnswerHandlers } from './handlers-answer.ts';
import { createPageHandlers } from './handlers-page.ts';
import { createSessionHandlers } from './handlers-session.ts';
import { createTerminalHandlers } from './handlers-terminal.ts';
import { refuseCall } from './refuse-call.ts';

type Handlers = { -readonly [M in MethodName]?: RequestHandlers[M] };

/**
 * One handler per row of the method table. Before `engine/hello` nothing is answered, and to a client of another
 * protocol version nothing but `engine/stop`.
 *
 * Promises: a connection has handlers only for what its kind may ask for, so that everything else is answered as if it
 * did not exist; a connection that has given up its rights does not get them back. Without it a page could run
 * programs, or end the engine.
 */
export function createDispatch(context: DispatchContext): RequestHandlers {
  const { engine } = context;
  let clientVersion: number | undefined;
  let kind = context.kind;
  let name = '';

  function requireHello(): void {
    if (clientVersion === undefined)
      throw refuseCall('hello-first', 'the first request must be engine/hello');
  }
  function requireVersion(): void {
    requireHello();
    if (clientVersion === PROTOCOL_VERSION) return;
    throw refuseCall(
      'wrong-protocol',
      `this engine speaks protocol ${PROTOCOL_VERSION}, not ${clientVersion}`,
    );
  }
  const person = (): string => (kind === 'page' ? 'page' : name);

  const handlers: Handlers = {
    'engine/hello': (params) => {
      clientVersion = params.protocolVersion;
      name = params.client;
      if (params.as === 'page' && kind !== 'page') {
        kind = 'page';
        dropOthers(handlers, kind);
        context.subscriptions.end();
      }
      return {
        protocolVersion: PROTOCOL_VERSION,
        engineVersion: engine.version,
        engineId: engine.engineId,
        pid: process.pid,
        openSessions: engine.openSessionCount(),
      };
    },
    'engine/stop': ({ force }) => {
      requireHello();
      const stopping = force || engine.openSessionCount() === 0;
      if (stopping) context.requestStop();
      return { stopping };
    },
    ...guardAll(createSessionHandlers(context), requireVersion),
    ...guardAll(createAnswerHandlers(context, person), requireVersion),
    ...guardAll(createPageHandlers(context, person), requireVersion),
    ...guardAll(createTerminalHandlers(context), requireVersion),
  };
  dropOthers(handlers, kind);
  return handlers;
}

/** Takes away what a connection of this kind may not ask for. */
function dropOthers(handlers: Handlers, kind: ConnectionKind): void {
  if (kind === 'control') return;
  const allowed = new Set<string>(PAGE_METHODS);
  for (const method of Object.keys(handlers) as MethodName[]) {
    if (!allowed.has(method)) delete handlers[method];
  }
}

/** The same handlers, each behind a check that throws. */
function guardAll<T extends { [name: string]: (params: never) => unknown }>(
  handlers: T,
  check: () => void,
): T {
  const guarded = Object.entries(handlers).map(([method, handle]) => [
    method,
    (params: never) => {
      check();
      return handle(params);
    },
  ]);
  return Object.fromEntries(guarded) as T;
}
