import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  Fault,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type Pipe,
  type SessionId,
} from '../protocol/index.ts';
import { AnswerDesk } from './answer-desk.ts';
import { ConnectionLoop } from './connection-loop.ts';
import type { EngineClient } from './engine-client.ts';
import { findRow, locateApproval } from './find-rows.ts';
import type { LivePorts } from './live-ports.ts';
import type { LiveActions, LiveView, TerminalFollower } from './live-view.ts';
import { OverviewFollower } from './overview-follower.ts';
import { pace } from './pace.ts';
import { WatchedSession } from './watched-session.ts';
import { WatchedTerminal } from './watched-terminal.ts';

/** Between two new beginnings because of messages that were none. */
const BEGIN_AGAIN_MS = 1000;

export interface LiveStateParts {
  /** Opens a pipe to the engine. Throws a fault `signed-out` when this page may not have one. */
  connect(): Promise<Pipe>;
  readonly ports: LivePorts;
  /** Who speaks, as the engine is told. */
  readonly clientName: string;
  readonly version: string;
}

export interface LiveState {
  readonly store: StoreApi<LiveView>;
  readonly actions: LiveActions;
  /** Ends the connection for good. */
  end(): void;
}

const NOTHING: LiveView = {
  connection: { state: 'connecting' },
  about: undefined,
  sessions: [],
  approvals: [],
  settled: [],
  answers: new Map(),
  watched: undefined,
  grants: [],
};

/**
 * What a page shows, kept up to date by the engine, and what it can do.
 *
 * Promises: the view holds only what the engine said; when the connection breaks, everything is taken anew from the
 * next one; a message that is none makes it ask again, and never ends it. Connecting begins at once.
 */
export function createLiveState(parts: LiveStateParts): LiveState {
  const store = createStore<LiveView>(() => NOTHING);
  const live = new Live(parts, store);
  return { store, actions: createActions(live), end: () => live.end() };
}

/** The parts of the live state and what holds them together. */
class Live {
  readonly store: StoreApi<LiveView>;
  readonly by: string;
  readonly desk: AnswerDesk;
  readonly loop: ConnectionLoop;
  readonly #ports: LivePorts;
  readonly #overview: OverviewFollower;
  #watched: WatchedSession | undefined;
  #terminal: WatchedTerminal | undefined;

  constructor({ connect, ports, clientName, version }: LiveStateParts, store: StoreApi<LiveView>) {
    this.store = store;
    this.by = clientName;
    this.#ports = ports;
    this.desk = new AnswerDesk({
      random: ports.random,
      by: clientName,
      read: () => store.getState(),
      show: (answers) => store.setState({ answers }),
    });
    this.#overview = new OverviewFollower(store, ports.setTimer);
    this.loop = new ConnectionLoop({
      ...{ nowMs: () => ports.nowMs(), random: () => ports.random() },
      setTimer: (callback, delayMs) => ports.setTimer(callback, delayMs),
      ...{ connect, clientName, version },
      begin: (client) => this.#begin(client),
      onConnection: (connection) => store.setState({ connection }),
      onLost: () => {
        this.#overview.disconnect();
        this.#watched?.disconnect();
        this.#terminal?.disconnect();
      },
    });
    this.loop.start();
  }

  get watched(): WatchedSession | undefined {
    return this.#watched;
  }

  /** The engine, or a fault at once: nothing is kept for later. */
  engine(): EngineClient {
    const { client } = this.loop;
    if (client !== undefined) return client;
    throw new Fault({
      kind: 'peer',
      code: 'not-connected',
      message: 'There is no connection to the engine.',
    });
  }

  watch(sessionId: SessionId | undefined): void {
    const before = this.#watched;
    if (before?.sessionId === sessionId && this.store.getState().watched?.state !== 'failed') return;
    before?.end();
    this.#watched = undefined;
    const { client } = this.loop;
    if (sessionId === undefined) {
      this.store.setState({ watched: undefined });
      client?.call('session/unwatch', {}).catch(() => undefined);
      return;
    }
    const watched = new WatchedSession(sessionId, {
      setTimer: this.#ports.setTimer,
      show: (rows) => this.store.setState({ watched: rows }),
    });
    this.#watched = watched;
    watched.show();
    if (client !== undefined) watched.connect(client);
  }

  watchTerminal(sessionId: SessionId, follower: TerminalFollower): () => void {
    const terminal = new WatchedTerminal(sessionId, follower);
    this.#terminal = terminal;
    const { client } = this.loop;
    if (client !== undefined) terminal.connect(client);
    return () => {
      if (this.#terminal !== terminal) return;
      this.#terminal = undefined;
      terminal.end();
    };
  }

  end(): void {
    this.loop.end();
    this.#overview.disconnect();
    this.#watched?.end();
    this.desk.end();
  }

  async #begin(client: EngineClient): Promise<void> {
    let hasBegun = false;
    let isTorn = false;
    const again = pace(this.#ports.setTimer, BEGIN_AGAIN_MS, async () => {
      try {
        await this.#overview.begin(client);
        this.#watched?.begin();
      } catch {
        // an engine that cannot tell how things stand is no better than none
        client.close();
      }
    });
    client.onClose(() => again.cancel());
    client.onMalformed(() => {
      isTorn = true;
      if (hasBegun) again.ask();
    });
    client.on('overview/changed', (changed) => this.#overview.take(changed));
    client.on('rows/changed', (changed) => this.#watched?.takeRows(changed));
    client.on('output/added', (piece) => this.#watched?.takeOutput(piece));
    client.on('terminal/data', (piece) => this.#terminal?.takeData(piece));
    client.on('terminal/size', (changed) => this.#terminal?.takeSize(changed));
    await this.#overview.begin(client);
    hasBegun = true;
    if (isTorn) again.ask();
    this.#watched?.connect(client);
    this.#terminal?.connect(client);
    this.desk.resume(client);
  }
}

function createActions(live: Live): LiveActions {
  const call = async <M extends MethodName>(method: M, params: MethodParams<M>): Promise<MethodResult<M>> =>
    await live.engine().call(method, params);
  const watched = (): NonNullable<LiveView['watched']> => {
    const rows = live.store.getState().watched;
    if (rows !== undefined) return rows;
    throw new Fault({ kind: 'bug', code: 'nothing-watched', message: 'no session is shown' });
  };
  return {
    watch: (sessionId) => live.watch(sessionId),
    setFilter: (filter) => live.watched?.setFilter(filter),
    need: (from, to) => live.watched?.lookAt(from, to),
    find: async (from, direction, what) => await findRow(live.engine(), watched(), from, direction, what),
    locate: async (approvalId) => await locateApproval(live.engine(), watched(), approvalId),
    answer: async (approval, answer) => await live.desk.answer(live.engine(), approval, answer),
    context: async (approvalId) => {
      const { context, approval, settled } = await call('approval/context', { approvalId });
      return {
        context: context ?? undefined,
        approval: approval ?? undefined,
        settled: settled ?? undefined,
      };
    },
    output: (params) => call('run/output', params),
    explain: async (params) => (await call('run/explain', params)).explanation ?? undefined,
    watchTerminal: (sessionId, follower) => live.watchTerminal(sessionId, follower),
    type: async (params) => void (await call('terminal/input', params)),
    resizeTerminal: async (params) => void (await call('terminal/resize', params)),
    start: (params) => call('session/start', params),
    preview: (params) => call('session/preview', params),
    folders: (typed) => call('folder/list', { typed }),
    startDemo: () => call('demo/start', {}),
    pause: async (sessionId, isPaused) => void (await call('session/pause', { sessionId, isPaused })),
    close: async (sessionId) => void (await call('session/close', { sessionId })),
    revoke: async (grantId) => (await call('grant/revoke', { grantId, by: live.by })).revoked,
    retryNow: () => live.loop.retryNow(),
  };
}
