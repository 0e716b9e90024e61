import type { ApprovalId, SessionId, TimelineRow } from '../protocol/index.ts';
import { isEmptyFilter } from '../timeline/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { LiveActions, WatchedRows } from './live-view.ts';

type Watched = Pick<WatchedRows, 'sessionId' | 'filter' | 'rows'>;

const PAGE_ROWS = 500;
/** So many rows may name the question beside the one that is about it; whoever writes more is not followed. */
const MAX_PAGES = 10;

/** The next row beside a position that waits, or that has a question. */
export async function findRow(
  client: EngineClient,
  { sessionId, filter }: Watched,
  ...[from, direction, what]: Parameters<LiveActions['find']>
): Promise<{ position: number; row: TimelineRow } | undefined> {
  const start = Math.max(-1, Math.floor(from));
  const found = await client.call('session/find', { sessionId, filter, from: start, direction, what });
  const { position, row } = found;
  return position === null || row === null ? undefined : { position, row };
}

/** Where the row about a question is, among those that fit the filter. */
export async function locateApproval(
  client: EngineClient,
  { sessionId, filter, rows }: Watched,
  approvalId: ApprovalId,
): Promise<number | undefined> {
  for (const [position, row] of rows) if (row.approvalId === approvalId) return position;
  const index = await findIndex(client, sessionId, approvalId);
  if (index === undefined || isEmptyFilter(filter)) return index;
  // the last row that fits up to there must be the very row
  const params = { sessionId, filter, before: index + 1, limit: 1 };
  const { rows: last, from } = await client.call('session/rows', params);
  return last[0]?.index === index ? from : undefined;
}

async function findIndex(
  client: EngineClient,
  sessionId: SessionId,
  approvalId: ApprovalId,
): Promise<number | undefined> {
  const filter = { hasApproval: true, words: [approvalId] };
  let before: number | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const behind = before === undefined ? {} : { before };
    const { rows } = await client.call('session/rows', { sessionId, filter, limit: PAGE_ROWS, ...behind });
    const row = rows.find((one) => one.approvalId === approvalId);
    if (row !== undefined) return row.index;
    before = rows[0]?.index;
    if (before === undefined) return undefined;
  }
  return undefined;
}
