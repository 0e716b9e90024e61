/**
 * The rows of sessions that somebody looks at. A view is made once from the history, in small pieces so that the
 * engine is never kept from answering, shared by all who look at the same session, and kept up to date by what is
 * committed. A few that nobody looks at any more are kept, for pages turn back.
 */
import { type Event, Fault, type SessionId, type TimelineRow } from '../../protocol/index.ts';
import { createRowIndex, type RowIndex } from '../../timeline/index.ts';
import type { RowsView } from '../engine.ts';
import type { HistoryReader } from './history-reader.ts';
import { asShown } from './shown-rows.ts';

/** Views without a reader that are kept. */
const MAX_IDLE = 2;
/** Events that are read at once: it grows and shrinks with the time that they take. */
const FIRST_PAGE = 200;
const MIN_PAGE = 20;
const MAX_PAGE = 2000;
const GOOD_MS = 2;
const LONG_MS = 5;

type Reader = Pick<HistoryReader, 'hasSession' | 'readRowEvents' | 'readOutputTail'>;

interface Entry {
  readonly sessionId: SessionId;
  readonly index: RowIndex;
  /** Masked, with the ends of outputs. */
  readonly shown: RowIndex;
  readonly listeners: Set<(indices: readonly number[]) => void>;
  readonly loaded: Promise<void>;
  isLoaded: boolean;
  readers: number;
}

export class RowViews {
  readonly #reader: Reader;
  /** Those that were used last come last. */
  readonly #entries = new Map<SessionId, Entry>();
  #isClosed = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Takes committed events, in their order. */
  take(events: readonly Event[]): void {
    for (const [sessionId, mine] of groupBySession(events)) {
      const entry = this.#entries.get(sessionId);
      if (entry === undefined || !entry.isLoaded) continue;
      const changed = entry.index.apply(mine);
      if (changed.length > 0) for (const listener of [...entry.listeners]) listener(changed);
    }
  }

  /** Throws a `peer` fault `no-such-session` where the history has none of this id, a `host` fault where it is damaged. */
  async open(sessionId: SessionId): Promise<RowsView> {
    const entry = this.#entries.get(sessionId) ?? this.#start(sessionId);
    this.#entries.delete(sessionId);
    this.#entries.set(sessionId, entry);
    entry.readers += 1;
    try {
      await entry.loaded;
    } catch (thrown) {
      this.#leave(entry);
      if (this.#entries.get(sessionId) === entry) this.#entries.delete(sessionId);
      throw thrown;
    }
    return this.#viewOf(entry);
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
  }

  #start(sessionId: SessionId): Entry {
    if (!this.#reader.hasSession(sessionId)) {
      throw new Fault({
        kind: 'peer',
        code: 'no-such-session',
        message: `the history has no session ${sessionId}`,
      });
    }
    const index = createRowIndex();
    const shown = asShown(index, (row) => this.#tailOf(row));
    const { promise: loaded, resolve, reject } = Promise.withResolvers<void>();
    const entry: Entry = {
      sessionId,
      index,
      shown,
      listeners: new Set(),
      loaded,
      isLoaded: false,
      readers: 0,
    };
    this.#load(entry).then(resolve, reject);
    return entry;
  }

  #tailOf({ runId, outcome, exitCode }: TimelineRow): TimelineRow['tail'] {
    if (runId === undefined || this.#isClosed) return undefined;
    return this.#reader.readOutputTail(runId, outcome !== 'ran' || exitCode !== 0);
  }

  /** What is committed while it reads, it reads too: only when there is nothing more to be read it is told. */
  async #load(entry: Entry): Promise<void> {
    let limit = FIRST_PAGE;
    while (!entry.isLoaded) {
      if (this.#isClosed)
        throw new Fault({ kind: 'host', code: 'engine-stopping', message: 'the engine is stopping' });
      const startedAt = performance.now();
      const events = this.#reader.readRowEvents(entry.sessionId, entry.index.lastSeq, limit);
      entry.index.apply(events);
      const tookMs = performance.now() - startedAt;
      if (tookMs < GOOD_MS) limit = Math.min(MAX_PAGE, limit * 2);
      if (tookMs > LONG_MS) limit = Math.max(MIN_PAGE, Math.floor(limit / 2));
      entry.isLoaded = events.length === 0;
      if (!entry.isLoaded) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #viewOf(entry: Entry): RowsView {
    let isReleased = false;
    const mine = new Set<(indices: readonly number[]) => void>();
    return {
      rows: entry.shown,
      onChanged: (listener) => {
        // a listener of its own, for two readers may bring the same function
        const own = (indices: readonly number[]): void => listener(indices);
        mine.add(own);
        entry.listeners.add(own);
        return () => entry.listeners.delete(own);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        for (const listener of mine) entry.listeners.delete(listener);
        this.#leave(entry);
      },
    };
  }

  #leave(entry: Entry): void {
    entry.readers -= 1;
    if (this.#entries.delete(entry.sessionId)) this.#entries.set(entry.sessionId, entry);
    const idle = [...this.#entries.values()].filter((other) => other.readers === 0);
    for (const { sessionId } of idle.slice(0, Math.max(0, idle.length - MAX_IDLE))) {
      this.#entries.delete(sessionId);
    }
  }
}

function groupBySession(events: readonly Event[]): ReadonlyMap<SessionId, readonly Event[]> {
  const groups = new Map<SessionId, Event[]>();
  for (const event of events) {
    const group = groups.get(event.sessionId);
    if (group === undefined) groups.set(event.sessionId, [event]);
    else group.push(event);
  }
  return groups;
}
