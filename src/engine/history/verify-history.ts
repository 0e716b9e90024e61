/**
 * Finds out whether a history still is what was written. Promises to find any changed, missing, added or swapped event,
 * a session row or an output that no longer fits its events, and, against a head hash kept elsewhere, a lost or
 * rewritten tail. It does not promise to find that somebody rewrote a whole session with all its hashes, or removed
 * it, where no head hash was kept elsewhere.
 */
import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { FIRST_PREVIOUS_HASH, hashEvent } from './chain.ts';

export interface HistoryFinding {
  readonly sessionId: string;
  readonly kind:
    | 'event-changed'
    | 'events-missing'
    | 'events-swapped'
    | 'tail-lost'
    | 'head-differs'
    | 'session-changed'
    | 'output-changed';
  /** Where in the session, if at one event. */
  readonly seq?: number;
  readonly runId?: string;
  readonly stream?: 'stdout' | 'stderr';
  /** A sentence. */
  readonly text: string;
}

export interface VerifyOptions {
  /** The full id; all sessions without one. */
  readonly sessionId?: string;
  /** The head hash of that session as noted earlier and kept elsewhere; the session may have grown since. */
  readonly expectedHead?: string;
}

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly body: string;
  readonly hash: string;
}
interface SessionRow {
  readonly headSeq: number;
  readonly headHash: string;
  readonly state: string;
  readonly engineId: string;
  readonly origin: string;
  readonly title: string;
  readonly cwd: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
}
/** The parts of a stored event that are looked at here; any of them may be missing in a damaged one. */
interface StoredEvent {
  readonly seq?: unknown;
  readonly at?: unknown;
  readonly sessionId?: unknown;
  readonly type?: unknown;
  readonly engineId?: unknown;
  readonly origin?: unknown;
  readonly title?: unknown;
  readonly cwd?: unknown;
  readonly runId?: unknown;
  readonly output?: Record<'stdout' | 'stderr', { readonly sha256?: unknown } | undefined>;
}

function parseStored(text: string): StoredEvent {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** Verifies one session from its first event to its head. */
class SessionCheck {
  readonly findings: HistoryFinding[] = [];
  readonly #db: Database;
  readonly #sessionId: string;
  #lastSeq = 0;
  #lastHash = FIRST_PREVIOUS_HASH;
  #first: StoredEvent = {};
  #end: { readonly state: string; readonly at: unknown } | undefined;
  #hasExpectedHead = false;

  constructor(db: Database, sessionId: string) {
    this.#db = db;
    this.#sessionId = sessionId;
  }

  run(expectedHead: string | undefined): HistoryFinding[] {
    this.#hasExpectedHead = expectedHead === undefined;
    const rows = this.#db
      .prepare('SELECT seq, at, type, body, hash FROM events WHERE sessionId = ? ORDER BY seq')
      .iterate(this.#sessionId) as IterableIterator<EventRow>;
    const outputs: [StoredEvent, number][] = [];
    for (const row of rows) {
      const stored = parseStored(row.body);
      this.#checkEvent(row, stored);
      if (row.hash === expectedHead) this.#hasExpectedHead = true;
      if (row.seq === 1) this.#first = stored;
      if (row.type === 'step/finished') outputs.push([stored, row.seq]);
      if (row.type === 'session/closed') this.#end ??= { state: 'closed', at: stored.at };
      if (row.type === 'session/lost') this.#end ??= { state: 'lost', at: stored.at };
    }
    for (const [stored, seq] of outputs) this.#checkOutput(stored, seq);
    this.#checkHead();
    if (!this.#hasExpectedHead) {
      this.#add({
        kind: 'tail-lost',
        text: `The expected head ${expectedHead} is not among the events: the end was cut off or rewritten`,
      });
    }
    return this.findings;
  }

  #add(finding: Omit<HistoryFinding, 'sessionId'>): void {
    this.findings.push({ sessionId: this.#sessionId, ...finding });
  }

  #checkEvent(row: EventRow, stored: StoredEvent): void {
    const { seq } = row;
    const isGap = seq !== this.#lastSeq + 1;
    if (isGap) {
      const from = this.#lastSeq + 1;
      const text = seq - 1 === from ? `Event ${from} is missing` : `Events ${from} to ${seq - 1} are missing`;
      this.#add({ kind: 'events-missing', seq: from, text });
    }
    const isOwnPlace = stored.seq === seq && stored.sessionId === this.#sessionId;
    const isWhole = stored.at === row.at && stored.type === row.type;
    if (typeof stored.seq === 'number' && !isOwnPlace) {
      const text = `At ${seq} stands event ${stored.seq} of session ${String(stored.sessionId)}`;
      this.#add({ kind: 'events-swapped', seq, text });
    } else if (!isWhole || (!isGap && hashEvent(this.#lastHash, row.body) !== row.hash)) {
      this.#add({
        kind: 'event-changed',
        seq,
        text: `Event ${seq} is not what was written, or its hash is not`,
      });
    }
    this.#lastSeq = seq;
    this.#lastHash = row.hash;
  }

  #checkOutput(stored: StoredEvent, seq: number): void {
    const runId = String(stored.runId);
    for (const stream of ['stdout', 'stderr'] as const) {
      const expected = stored.output?.[stream]?.sha256;
      const chunks = this.#db
        .prepare('SELECT bytes FROM output WHERE runId = ? AND stream = ? ORDER BY offset')
        .pluck()
        .iterate(runId, stream) as IterableIterator<Buffer>;
      const hash = createHash('sha256');
      for (const chunk of chunks) hash.update(chunk);
      if (expected !== undefined && hash.digest('hex') !== expected) {
        const text = `The ${stream} of ${runId} is not what was captured`;
        this.#add({ kind: 'output-changed', seq, runId, stream, text });
      }
    }
  }

  #checkHead(): void {
    const row = this.#db.prepare('SELECT * FROM sessions WHERE sessionId = ?').get(this.#sessionId) as
      | SessionRow
      | undefined;
    if (row === undefined) {
      this.#add({ kind: 'session-changed', text: 'The session is missing from the list of sessions' });
      return;
    }
    if (row.headSeq > this.#lastSeq) {
      const text = `The last events are missing: ${row.headSeq} were written, ${this.#lastSeq} are there`;
      this.#add({ kind: 'tail-lost', seq: this.#lastSeq + 1, text });
    } else if (row.headSeq !== this.#lastSeq || row.headHash !== this.#lastHash) {
      this.#add({
        kind: 'head-differs',
        seq: this.#lastSeq,
        text: 'The last event is not the head that was noted',
      });
    }
    const first = this.#first;
    const isSame =
      row.engineId === first.engineId &&
      row.origin === first.origin &&
      row.title === first.title &&
      row.cwd === first.cwd &&
      row.openedAt === first.at &&
      row.state === (this.#end?.state ?? 'open') &&
      row.closedAt === (this.#end?.at ?? null);
    if (!isSame) {
      const text = 'What the list of sessions says of it is not what its events say';
      this.#add({ kind: 'session-changed', text });
    }
  }
}

/** Checks one session or all of them, in one consistent view of the file. */
export function verifyHistory(db: Database, options: VerifyOptions): HistoryFinding[] {
  return db.transaction(() => {
    const ids =
      options.sessionId === undefined
        ? (db
            .prepare('SELECT sessionId FROM sessions UNION SELECT sessionId FROM events')
            .pluck()
            .all() as string[])
        : [options.sessionId];
    return ids.flatMap((id) => new SessionCheck(db, id).run(options.expectedHead));
  })();
}
