import type Database from 'better-sqlite3';
import {
  type ApprovalId,
  type CheckedParams,
  type Event,
  type EventType,
  Fault,
  type MethodResult,
  type OutputTail,
  type SessionHead,
  type SessionId,
} from '../../protocol/index.ts';
import type { RowEvent } from '../../timeline/index.ts';
import { openReadOnly } from './open-read-only.ts';
import { parseEvent } from './parse-event.ts';
import { readHead } from './read-head.ts';
import { readOutputPart, readOutputTail } from './read-output.ts';
import { readRowEvent, type StoredEvent } from './read-row-event.ts';
import {
  type ApprovalPlace,
  countEvents,
  type EventSelection,
  findApproval,
  selectEvents,
} from './select-events.ts';
import { type HistoryFinding, type VerifyOptions, verifyHistory } from './verify-history.ts';
import type { OutputStream } from './writer-messages.ts';

/** One line of a list of sessions. */
export interface SessionSummary {
  readonly sessionId: SessionId;
  readonly state: 'open' | 'closed' | 'lost';
  readonly engineId: string;
  readonly origin: string;
  readonly title: string;
  readonly cwd: string;
  /** Epoch ms. */
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly headSeq: number;
  /** Kept elsewhere, it shows later that the end of the session was not cut off. */
  readonly headHash: string;
  readonly steps: number;
  readonly approvals: number;
  readonly openApprovals: number;
}

/** What was stored of a stream: the head, and after a cut the tail. */
export interface StoredOutput {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Masked bytes between head and tail that were not kept. */
  readonly cutBytes: number;
}

/** Reads a history, with or without an engine that writes it at the same time. */
export interface HistoryReader {
  /** Newest first. */
  listSessions(options?: { readonly limit?: number }): SessionSummary[];
  /** The full id of an unambiguous beginning of one. Throws a `user` fault that lists what fits. */
  findSession(idOrPrefix: string): SessionId;
  /** Events with a `seq` above `after`, in order, at most `limit`. Throws a `host` fault on damaged ones. */
  readEvents(idOrPrefix: string, after?: number, limit?: number): Event[];
  /** The events of one session that are wanted, in their order. Throws a `host` fault on damaged ones. */
  selectEvents(sessionId: SessionId, selection: EventSelection): Event[];
  countEvents(sessionId: SessionId, type: EventType, upToSeq: number): number;
  findApproval(approvalId: ApprovalId): ApprovalPlace | undefined;
  /** Events above `after` as far as rows need them. Throws a `host` fault on damaged ones. */
  readRowEvents(sessionId: SessionId, after: number, limit: number): RowEvent[];
  hasSession(sessionId: SessionId): boolean;
  /** There is any. */
  hasSessions(): boolean;
  /** Of sessions that have ended, newest first. */
  listEnded(limit: number): SessionId[];
  /** Of a session that has ended; undefined where there is none of this id. */
  readHead(sessionId: SessionId): SessionHead | undefined;
  readOutput(runId: string, stream: OutputStream): StoredOutput;
  readOutputPart(params: CheckedParams<'run/output'>): MethodResult<'run/output'>;
  readOutputTail(runId: string, hasFailed: boolean): OutputTail | undefined;
  /** Every change, gap, swap or loss that can be told; empty when the history is what was written. */
  verify(options?: VerifyOptions): HistoryFinding[];
  /** Sessions that other engines left open, oldest first. */
  openSessions(exceptEngineId: string): SessionSummary[];
  close(): void;
}

const SUMMARY = `
  SELECT s.*,
    (SELECT count(*) FROM events e WHERE e.sessionId = s.sessionId AND e.type = 'step/proposed') AS steps,
    (SELECT count(*) FROM events e WHERE e.sessionId = s.sessionId AND e.type = 'approval/asked') AS approvals,
    (SELECT count(*) FROM events e WHERE e.sessionId = s.sessionId
       AND e.type IN ('approval/answered', 'approval/withdrawn', 'approval/expired')) AS settled
  FROM sessions s`;

function toSummary(row: unknown): SessionSummary {
  const { settled, ...rest } = row as SessionSummary & { settled: number };
  return { ...rest, openApprovals: rest.state === 'open' ? Math.max(0, rest.approvals - settled) : 0 };
}

function findSession(db: Database.Database, idOrPrefix: string): SessionId {
  const rows = db
    .prepare(
      'SELECT sessionId FROM sessions WHERE substr(sessionId, 1, ?) = ? ORDER BY openedAt DESC LIMIT 6',
    )
    .pluck()
    .all(idOrPrefix.length, idOrPrefix.toLowerCase()) as SessionId[];
  const [only, second] = rows;
  if (only !== undefined && second === undefined && idOrPrefix !== '') return only;
  throw new Fault({
    kind: 'user',
    code: only === undefined ? 'no-such-session' : 'ambiguous-session',
    message:
      only === undefined
        ? `There is no session ${JSON.stringify(idOrPrefix)} in the history`
        : `${JSON.stringify(idOrPrefix)} fits several sessions: ${rows.join(', ')}`,
    hint: only === undefined ? 'Run: sallyport history list' : 'Type more of the id',
  });
}

function readOutput(db: Database.Database, runId: string, stream: OutputStream): StoredOutput {
  const rows = db
    .prepare('SELECT offset, bytes FROM output WHERE runId = ? AND stream = ? ORDER BY offset')
    .all(runId, stream) as { offset: number; bytes: Buffer }[];
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let end = 0;
  let cutBytes = 0;
  for (const { offset, bytes } of rows) {
    if (offset > end) cutBytes += offset - end;
    (cutBytes > 0 ? tail : head).push(bytes);
    end = offset + bytes.length;
  }
  return { head: Buffer.concat(head), tail: Buffer.concat(tail), cutBytes };
}

/** Opens a history for reading. Throws a fault when there is none or it cannot be read. */
export function openHistoryReader(options: { readonly file: string }): HistoryReader {
  const db = openReadOnly(options.file);
  // asked thousands of times for one long session
  const selectRowEvents = db.prepare(
    'SELECT seq, type, body FROM events WHERE sessionId = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  return {
    listSessions: ({ limit = 1000 } = {}) =>
      db.prepare(`${SUMMARY} ORDER BY s.openedAt DESC, s.sessionId DESC LIMIT ?`).all(limit).map(toSummary),
    findSession: (idOrPrefix) => findSession(db, idOrPrefix),
    readEvents(idOrPrefix, after = 0, limit = -1) {
      const sessionId = findSession(db, idOrPrefix);
      const rows = db
        .prepare('SELECT seq, body FROM events WHERE sessionId = ? AND seq > ? ORDER BY seq LIMIT ?')
        .all(sessionId, after, limit) as { seq: number; body: string }[];
      return rows.map(({ seq, body }) => parseEvent(body, `Event ${seq} of session ${sessionId}`));
    },
    selectEvents: (sessionId, selection) =>
      selectEvents(db, sessionId, selection).map(({ seq, body }) =>
        parseEvent(body, `Event ${seq} of session ${sessionId}`),
      ),
    countEvents: (sessionId, type, upToSeq) => countEvents(db, sessionId, type, upToSeq),
    findApproval: (approvalId) => findApproval(db, approvalId),
    readRowEvents: (sessionId, after, limit) => {
      const rows = selectRowEvents.all(sessionId, after, limit) as StoredEvent[];
      return rows.map((row) => readRowEvent(row, `Event ${row.seq} of session ${sessionId}`));
    },
    hasSession: (sessionId) =>
      db.prepare('SELECT 1 FROM sessions WHERE sessionId = ?').get(sessionId) !== undefined,
    hasSessions: () => db.prepare('SELECT 1 FROM sessions LIMIT 1').get() !== undefined,
    listEnded: (limit) =>
      db
        .prepare(
          "SELECT sessionId FROM sessions WHERE state <> 'open' ORDER BY openedAt DESC, sessionId DESC LIMIT ?",
        )
        .pluck()
        .all(limit) as SessionId[],
    readHead: (sessionId) => readHead(db, sessionId),
    readOutput: (runId, stream) => readOutput(db, runId, stream),
    readOutputPart: (params) => readOutputPart(db, params),
    readOutputTail: (runId, hasFailed) => readOutputTail(db, runId, hasFailed),
    verify: (verifyOptions = {}) => {
      const sessionId = verifyOptions.sessionId;
      return verifyHistory(db, sessionId === undefined ? verifyOptions : { ...verifyOptions, sessionId });
    },
    openSessions: (exceptEngineId) =>
      db
        .prepare(`${SUMMARY} WHERE s.state = 'open' AND s.engineId <> ? ORDER BY s.openedAt`)
        .all(exceptEngineId)
        .map(toSummary),
    close: () => db.close(),
  };
}
