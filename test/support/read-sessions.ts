import { writeEventLine } from '../../src/cli/print-events.ts';
import { type HistoryReader, historyFileOf, openHistoryReader } from '../../src/engine/index.ts';
import type { CliPlace } from './terminal.ts';

export interface ListedSession {
  readonly sessionId: string;
  readonly state: string;
  readonly title: string;
  readonly approvals: number;
  readonly openApprovals: number;
}

/** An event of the history, as far as the journeys look at it. */
export interface StoredEvent {
  readonly type: string;
  readonly approvalId?: string;
  readonly outcome?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly text?: string;
}

function parseLines<T>(stdout: string): T[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

/** Every session of this home, the newest first, as `sallyport history list` has them. */
export async function readSessions(place: CliPlace): Promise<ListedSession[]> {
  return parseLines<ListedSession>((await place.run(['history', 'list', '--json'])).stdout);
}

/** Every event of a session, from the file in which they are kept. */
export async function readEvents(place: CliPlace, sessionId: string): Promise<StoredEvent[]> {
  return readStored(place.home, (reader) => parseEvents(reader, sessionId));
}

/** How often each question of all sessions was answered, withdrawn or expired. */
export async function countDecisions(place: CliPlace): Promise<ReadonlyMap<string, number>> {
  const stored = readStored(place.home, (reader) =>
    reader.listSessions().flatMap(({ sessionId }) => parseEvents<StoredEvent>(reader, sessionId)),
  );
  const counts = new Map<string, number>();
  for (const { type, approvalId } of stored) {
    if (approvalId === undefined || !type.startsWith('approval/')) continue;
    counts.set(approvalId, (counts.get(approvalId) ?? 0) + (type === 'approval/asked' ? 0 : 1));
  }
  return counts;
}

/** Reads the history of a home, which an engine may be writing. */
export function readStored<T>(home: string, read: (reader: HistoryReader) => T): T {
  const reader = openHistoryReader({ file: historyFileOf(home) });
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

/** The events of a session as `sallyport history show --json` prints them. */
export function parseEvents<T>(reader: HistoryReader, sessionId: string): T[] {
  return reader.readEvents(reader.findSession(sessionId)).map((event) => JSON.parse(writeEventLine(event)));
}
