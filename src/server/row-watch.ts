/**
 * What a page is told of the rows of the one session that it shows.
 *
 * Promises: the first change is sent at once, later ones at most every 24 ms, the last one always; a reader that is
 * slow is told once, when it can read again, that it has missed some, and watches anew. So no page makes the engine
 * keep more than a message for it.
 */
import type { Engine, RowsView } from '../engine/index.ts';
import type { MethodResult, RpcPeer, SessionId, TimelineRow } from '../protocol/index.ts';
import { followOutput } from './follow-output.ts';
import type { SocketPipe } from './pipe-socket.ts';
import { refuseCall } from './refuse-call.ts';

const PAUSE_MS = 24;
const SLOW_BYTES = 1024 * 1024;
/** Rows of the end that a page begins with. */
const FIRST_ROWS = 200;
/** More changed rows than this are not sent one by one: the page begins anew. */
const MAX_CHANGED = 500;
/** Rows in one message. */
const MAX_AT_ONCE = 200;

export interface RowWatch {
  /** Follows this session in place of the one before. Throws the engine's fault where there is none. */
  watch(sessionId: SessionId, after: number | undefined): Promise<MethodResult<'session/watch'>>;
  /** Follows none. */
  end(): void;
}

export interface RowWatchPorts {
  readonly engine: Engine;
  readonly notify: RpcPeer['notify'];
  readonly pipe: Pick<SocketPipe, 'unsentBytes' | 'whenNotFull'>;
}

export function createRowWatch(ports: RowWatchPorts): RowWatch {
  let current: { end(): void } | undefined;
  /** Grows with every wish, so that one that came late is known. */
  let wish = 0;
  const end = (): void => {
    wish += 1;
    current?.end();
    current = undefined;
  };
  return {
    end,
    watch: async (sessionId, after) => {
      end();
      const mine = wish;
      const view = await ports.engine.openRows(sessionId);
      try {
        const head = await ports.engine.readHead(sessionId);
        if (mine !== wish) throw refuseCall('watch-replaced', 'another session was asked for meanwhile');
        current = new FollowedRows(ports, sessionId, view);
        return { ...readFirst(view, after), head };
      } catch (thrown) {
        view.release();
        throw thrown;
      }
    },
  };
}

/** Only what changed behind `after`, if that is not too much; else the end. */
function readFirst(
  { rows }: RowsView,
  after: number | undefined,
): Omit<MethodResult<'session/watch'>, 'head'> {
  const { total, lastSeq, counts } = rows;
  const isKnown = after !== undefined && after <= lastSeq;
  const changed = isKnown ? rows.changedAfter(after, MAX_CHANGED) : undefined;
  if (changed !== undefined) {
    return { rows: [...changed], total, from: changed[0]?.index ?? total, lastSeq, counts, isReset: false };
  }
  const from = Math.max(0, total - FIRST_ROWS);
  return { rows: [...rows.listMatches({}, from, FIRST_ROWS)], total, from, lastSeq, counts, isReset: true };
}

class FollowedRows {
  readonly #ports: RowWatchPorts;
  readonly #sessionId: SessionId;
  readonly #view: RowsView;
  readonly #stops: (() => void)[];
  #changed = new Set<number>();
  /** Everything up to here has been sent. */
  #sentSeq: number;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(ports: RowWatchPorts, sessionId: SessionId, view: RowsView) {
    this.#ports = ports;
    this.#sessionId = sessionId;
    this.#view = view;
    this.#sentSeq = view.rows.lastSeq;
    this.#stops = [view.onChanged((indices) => this.#take(indices)), followOutput(ports, sessionId)];
    // nothing may overtake the answer to the request
    this.#pause(0);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    this.#view.release();
  }

  #take(indices: readonly number[]): void {
    for (const index of indices) this.#changed.add(index);
    if (this.#timer === undefined) this.#send();
  }

  #pause(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#changed.size > 0) this.#send();
    }, ms);
  }

  #send(): void {
    const { rows } = this.#view;
    if (this.#ports.pipe.unsentBytes() > SLOW_BYTES || this.#changed.size > MAX_CHANGED) {
      this.#cut();
      return;
    }
    const changed = rows.rowsAt([...this.#changed].sort((a, b) => a - b));
    this.#changed = new Set();
    for (let from = 0; from < changed.length; from += MAX_AT_ONCE) {
      const isLast = from + MAX_AT_ONCE >= changed.length;
      // who has only a part of the changes must ask for all of them again
      this.#tell(changed.slice(from, from + MAX_AT_ONCE), isLast ? rows.lastSeq : this.#sentSeq);
    }
    this.#sentSeq = rows.lastSeq;
    this.#pause(PAUSE_MS);
  }

  #tell(changed: readonly TimelineRow[], lastSeq: number, isCut = false): void {
    const { total, counts } = this.#view.rows;
    const { notify } = this.#ports;
    notify('rows/changed', { sessionId: this.#sessionId, rows: [...changed], total, lastSeq, counts, isCut });
  }

  /** Tells a reader that is behind so, when it can read it, and follows no more. */
  #cut(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#changed = new Set();
    void this.#ports.pipe.whenNotFull().then(() => {
      if (!this.#hasEnded) this.#tell([], this.#sentSeq, true);
      this.end();
    });
  }
}
