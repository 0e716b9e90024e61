import type { Engine, OpenSession } from '../engine/index.ts';
import type { ConnectionKind, MethodName, RequestHandlers, RpcPeer, SessionId } from '../protocol/index.ts';
import type { OpenerChannel } from './opener-streams.ts';
import type { OverviewWatch } from './overview-watch.ts';
import type { RowWatch } from './row-watch.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { TerminalWatch } from './terminal-watch.ts';

/** A session that a connection has opened: it ends with the connection. */
export interface OpenedSession {
  readonly session: OpenSession;
  readonly channel: OpenerChannel;
  /** What it has proposed and may take back, by key. */
  readonly proposals: Map<string, AbortController>;
  hasRun: boolean;
}

/** What one connection has and may reach. */
export interface DispatchContext {
  readonly kind: ConnectionKind;
  readonly engine: Engine;
  readonly subscriptions: Subscriptions;
  readonly overview: OverviewWatch;
  readonly rowWatch: RowWatch;
  readonly terminalWatch: TerminalWatch;
  readonly opened: Map<SessionId, OpenedSession>;
  readonly notify: RpcPeer['notify'];
  isClosed(): boolean;
  /** Called once for a client that shows questions to a person. */
  becomeAnswerer(): void;
  /** Ends the engine after the answer is sent. */
  requestStop(): void;
  /** The address of the page with a new token; absent where no page is served. */
  readonly openWeb?: ((port?: number) => Promise<string>) | undefined;
}

/** The handlers of some methods. */
export type HandlersOf<M extends MethodName> = { readonly [K in M]: NonNullable<RequestHandlers[K]> };
