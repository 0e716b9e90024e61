import type Database from 'better-sqlite3';
import type { ApprovalId, EventType, SessionId } from '../../protocol/index.ts';

/** Where a question stands in the history. */
export interface ApprovalPlace {
  readonly sessionId: SessionId;
  /** Of its `approval/asked`. */
  readonly seq: number;
}

/** Which events of one session are wanted. */
export interface EventSelection {
  readonly types: readonly EventType[];
  /** Only with a `seq` from here on. */
  readonly from?: number | undefined;
  /** Only with a `seq` up to here. */
  readonly to?: number | undefined;
  /** Only those whose field has this value. */
  readonly having?: { readonly field: 'runId' | 'stepId' | 'approvalId'; readonly value: string };
  readonly limit: number;
  /** The last ones instead of the first ones; they come in their order all the same. */
  readonly isFromEnd?: boolean;
}

export interface StoredRow {
  readonly seq: number;
  readonly body: string;
}

const FREQUENT: ReadonlySet<EventType> = new Set(['step/judged', 'step/started', 'step/finished']);

/** The session of a question and the place of its `approval/asked`; undefined when there is none. */
export function findApproval(db: Database.Database, approvalId: ApprovalId): ApprovalPlace | undefined {
  return db
    .prepare(
      `SELECT e.sessionId, e.seq FROM sessions s CROSS JOIN events e
         ON e.sessionId = s.sessionId AND e.type = 'approval/asked'
       WHERE json_extract(e.body, '$.approvalId') = ? ORDER BY s.openedAt DESC LIMIT 1`,
    )
    .get(approvalId) as ApprovalPlace | undefined;
}

/** The stored events that are wanted, in their order. */
export function selectEvents(
  db: Database.Database,
  sessionId: SessionId,
  selection: EventSelection,
): StoredRow[] {
  const { types, from = 0, to = Number.MAX_SAFE_INTEGER, having, limit, isFromEnd = false } = selection;
  const marks = types.map(() => '?').join(', ');
  // Frequent types are met soon when events are walked by number, where the search stops at the limit; all others are
  // few among very many, and found by their type.
  const isFrequent = types.some((type) => FREQUENT.has(type));
  const [source, type] = isFrequent ? ['events', '+type'] : ['events INDEXED BY eventsByType', 'type'];
  const rows = db
    .prepare(
      `SELECT seq, body FROM ${source} WHERE sessionId = ? AND seq BETWEEN ? AND ? AND ${type} IN (${marks})
       ${having === undefined ? '' : `AND json_extract(body, '$.${having.field}') = ?`}
       ORDER BY seq ${isFromEnd ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .all(
      sessionId,
      from,
      to,
      ...types,
      ...(having === undefined ? [] : [having.value]),
      limit,
    ) as StoredRow[];
  return isFromEnd ? rows.reverse() : rows;
}

/** How many events of a type a session has up to a number. */
export function countEvents(
  db: Database.Database,
  sessionId: SessionId,
  type: EventType,
  to: number,
): number {
  const count: unknown = db
    .prepare(
      'SELECT count(*) FROM events INDEXED BY eventsByType WHERE sessionId = ? AND type = ? AND seq <= ?',
    )
    .pluck()
    .get(sessionId, type, to);
  return Number(count);
}
