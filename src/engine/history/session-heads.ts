import type { Event, SessionHead, SessionId } from '../../protocol/index.ts';
import { EMPTY_HEAD, foldHead, type HeadFold } from '../../timeline/index.ts';
import type { HistoryReader } from './history-reader.ts';

/** Sessions that have ended, of which heads are listed. */
const MAX_ENDED = 200;
/** Heads that are read from the history before others get their turn: a millisecond or two. */
const AT_ONCE = 5;

type HeadListener = (head: SessionHead) => void;

/** Opened later comes first. */
function compareHeads(a: SessionHead, b: SessionHead): number {
  return b.openedAt - a.openedAt || (a.sessionId < b.sessionId ? 1 : -1);
}

/**
 * The heads of all sessions: of open ones folded as their events are committed, of ended ones from the history, once.
 */
export class SessionHeads {
  readonly #reader: Pick<HistoryReader, 'listEnded' | 'readHead'>;
  readonly #open = new Map<SessionId, HeadFold>();
  /** Heads that do not change any more. */
  readonly #ended = new Map<SessionId, SessionHead>();
  readonly #listeners = new Set<HeadListener>();

  constructor(reader: Pick<HistoryReader, 'listEnded' | 'readHead'>) {
    this.#reader = reader;
  }

  /** Takes committed events, in their order. */
  take(events: readonly Event[]): void {
    const changed = new Set<SessionId>();
    for (const event of events) {
      const { sessionId } = event;
      const isKnown = event.type === 'session/opened' || this.#open.has(sessionId);
      // what is told of a session after its end is read from the history
      if (!isKnown) this.#ended.delete(sessionId);
      else this.#open.set(sessionId, foldHead(this.#open.get(sessionId) ?? EMPTY_HEAD, event));
      changed.add(sessionId);
    }
    for (const sessionId of changed) this.#tell(sessionId);
  }

  #tell(sessionId: SessionId): void {
    const head = this.#open.get(sessionId)?.head;
    if (head === undefined) return;
    if (head.state !== 'open') {
      this.#open.delete(sessionId);
      this.#keepEnded(head);
    }
    for (const listener of this.#listeners) listener(head);
  }

  #keepEnded(head: SessionHead): void {
    this.#ended.set(head.sessionId, head);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > 2 * MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  onChanged(listener: HeadListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Undefined where the history has no such session. */
  read(sessionId: SessionId): SessionHead | undefined {
    const known = this.#open.get(sessionId)?.head ?? this.#ended.get(sessionId);
    if (known !== undefined) return known;
    const head = this.#reader.readHead(sessionId);
    if (head !== undefined && head.state !== 'open') this.#keepEnded(head);
    return head;
  }

  /** Newest first: all that are open, and at most 200 others. */
  async list(): Promise<readonly SessionHead[]> {
    const heads = new Map<SessionId, SessionHead>();
    for (const [place, sessionId] of this.#reader.listEnded(MAX_ENDED).entries()) {
      if (place % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
      const head = this.read(sessionId);
      if (head !== undefined) heads.set(sessionId, head);
    }
    // last, for they may have changed meanwhile
    for (const [sessionId, { head }] of this.#open) if (head !== undefined) heads.set(sessionId, head);
    return [...heads.values()].sort(compareHeads);
  }
}
