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

/** Every event of a session. */
export async function readEvents(place: CliPlace, sessionId: string): Promise<StoredEvent[]> {
  return parseLines<StoredEvent>((await place.run(['history', 'show', sessionId, '--json'])).stdout);
}

/** How often each question of all sessions was answered, withdrawn or expired. */
export async function countDecisions(place: CliPlace): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { sessionId } of await readSessions(place)) {
    for (const { type, approvalId } of await readEvents(place, sessionId)) {
      if (approvalId === undefined || !type.startsWith('approval/')) continue;
      counts.set(approvalId, (counts.get(approvalId) ?? 0) + (type === 'approval/asked' ? 0 : 1));
    }
  }
  return counts;
}
