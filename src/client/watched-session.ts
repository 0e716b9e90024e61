import {
  type MapMark,
  type MethodResult,
  type NotificationParams,
  type RowCounts,
  type RowFilter,
  type RowOutcome,
  type SessionId,
  type TimelineRow,
  toFault,
} from '../protocol/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { LivePorts } from './live-ports.ts';
import { LiveTail } from './live-tail.ts';
import type { WatchedRows } from './live-view.ts';
import { type Paced, pace } from './pace.ts';
import { RowPages } from './row-pages.ts';

const MAP_STRETCHES = 300;
const MAP_MS = 1000;
const NO_COUNTS: RowCounts = { all: 0, commands: 0, files: 0, network: 0, approvals: 0 };
/** A run with such a row may still print. */
const STILL_GOING: readonly RowOutcome[] = ['none', 'waiting', 'running', 'allowed'];

type RowsChanged = NotificationParams<'rows/changed'>;

export interface WatchedSessionPorts {
  readonly setTimer: LivePorts['setTimer'];
  /** What is to be seen of the session now. */
  show(watched: WatchedRows): void;
}

/**
 * Follows the rows of one session over any number of connections.
 *
 * Promises: what is shown after the last message is what the engine has, wherever messages were lost between, because
 * it then begins again behind the last event it knows.
 */
export class WatchedSession {
  readonly sessionId: SessionId;
  readonly #ports: WatchedSessionPorts;
  readonly #pages: RowPages;
  readonly #tail = new LiveTail();
  readonly #mapPace: Paced;
  #client: EngineClient | undefined;
  #state: WatchedRows['state'] = 'loading';
  #message: string | undefined;
  #counts: RowCounts = NO_COUNTS;
  #map: readonly MapMark[] = [];
  /** Everything up to this event is known; 0 before the first answer. */
  #seenSeq = 0;
  #hasBegun = false;
  /** Changes that came while the engine was asked, in their order. */
  #held: RowsChanged[] | undefined;
  #mustBeginAgain = false;
  #hasEnded = false;

  constructor(sessionId: SessionId, ports: WatchedSessionPorts) {
    this.sessionId = sessionId;
    this.#ports = ports;
    this.#pages = new RowPages({
      sessionId,
      setTimer: ports.setTimer,
      onChanged: () => this.#showReady(),
      onFilter: () => {
        this.#mapPace.cancel();
        this.#mapPace.ask();
      },
      onFailed: (message) => this.#fail(message),
    });
    this.#mapPace = pace(ports.setTimer, MAP_MS, () => this.#readMap());
  }

  get filter(): RowFilter {
    return this.#pages.filter;
  }

  /** A connection to the engine is there. */
  connect(client: EngineClient): void {
    this.#client = client;
    this.#held = undefined;
    this.begin();
  }

  /** The connection is gone; what is shown stays. */
  disconnect(): void {
    this.#client = undefined;
    this.#mustBeginAgain = false;
    this.#mapPace.cancel();
    this.#pages.pause();
    this.#tail.clear();
    this.show();
  }

  end(): void {
    this.#hasEnded = true;
    this.#client = undefined;
    this.#mapPace.cancel();
    this.#pages.pause();
  }

  /** Asks the engine for everything that is not known yet. */
  begin(): void {
    const client = this.#client;
    if (client === undefined) return;
    if (this.#held === undefined) void this.#askAndFollow(client);
    else this.#mustBeginAgain = true;
  }

  setFilter(filter: RowFilter): void {
    this.#pages.setFilter(filter);
  }

  lookAt(from: number, to: number): void {
    if (this.#hasBegun) this.#pages.lookAt(from, to);
  }

  takeRows(changed: RowsChanged): void {
    if (changed.sessionId !== this.sessionId) return;
    if (this.#held === undefined) this.#change(changed);
    else this.#held.push(changed);
  }

  takeOutput(piece: NotificationParams<'output/added'>): void {
    if (piece.sessionId !== this.sessionId || this.#client === undefined) return;
    this.#tail.take(piece);
    this.show();
  }

  /** Tells what is to be seen, also when nothing has changed. */
  show(): void {
    if (this.#hasEnded) return;
    this.#ports.show({
      sessionId: this.sessionId,
      state: this.#state,
      ...(this.#message !== undefined && { message: this.#message }),
      filter: this.#pages.filter,
      total: this.#pages.total,
      counts: this.#counts,
      lastSeq: this.#seenSeq,
      rows: this.#pages.rows,
      map: this.#map,
      liveTail: this.#tail.shown,
    });
  }

  async #askAndFollow(client: EngineClient): Promise<void> {
    const held: RowsChanged[] = [];
    this.#held = held;
    const behind = this.#hasBegun ? { after: this.#seenSeq } : {};
    try {
      const answer = await client.call('session/watch', { sessionId: this.sessionId, ...behind });
      if (this.#held !== held || client !== this.#client) return;
      this.#take(client, answer);
    } catch (thrown) {
      if (this.#held !== held || client !== this.#client || client.isClosed) return;
      this.#fail(toFault(thrown).message);
    }
    this.#held = undefined;
    for (const changed of held) this.#change(changed);
    if (!this.#mustBeginAgain) return;
    this.#mustBeginAgain = false;
    this.begin();
  }

  #take(client: EngineClient, answer: MethodResult<'session/watch'>): void {
    if (answer.isReset || !this.#hasBegun) this.#pages.reset(client, answer);
    else {
      for (const row of answer.rows) this.#changeRow(row);
      this.#pages.grow(answer.total);
      this.#pages.resume(client);
    }
    this.#hasBegun = true;
    this.#seenSeq = answer.lastSeq;
    this.#counts = answer.counts;
    this.#mapPace.ask();
    this.#showReady();
  }

  #change({ rows, total, lastSeq, counts, isCut }: RowsChanged): void {
    for (const row of rows) this.#changeRow(row);
    this.#pages.grow(total);
    if (lastSeq >= this.#seenSeq) this.#counts = counts;
    this.#seenSeq = Math.max(this.#seenSeq, lastSeq);
    if (rows.length > 0) this.#mapPace.ask();
    this.show();
    if (isCut) this.begin();
  }

  #changeRow(row: TimelineRow): void {
    this.#pages.change(row);
    const { runId, kind, outcome } = row;
    if (runId !== undefined && (kind === 'output' || !STILL_GOING.includes(outcome))) this.#tail.end(runId);
  }

  async #readMap(): Promise<void> {
    const client = this.#client;
    const { filter } = this;
    if (client === undefined) return;
    try {
      const { sessionId } = this;
      const { marks } = await client.call('session/map', { sessionId, filter, stretches: MAP_STRETCHES });
      if (client !== this.#client || filter !== this.filter) return;
      this.#map = marks;
      this.show();
    } catch {
      // the old picture stays; the next change asks again
    }
  }

  #showReady(): void {
    if (!this.#hasBegun) return;
    this.#state = 'ready';
    this.#message = undefined;
    this.show();
  }

  #fail(message: string): void {
    this.#state = 'failed';
    this.#message = message;
    this.show();
  }
}
