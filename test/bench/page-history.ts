/**
 * Writes a history with one long session through the real journal, then says how long its rows take to be opened and
 * what they weigh. A process of its own, because a hundred thousand rows are half a million events.
 *
 * Usage: node --expose-gc test/bench/page-history.ts <history file> <rows>
 */
import { performance } from 'node:perf_hooks';
import { HistoryViews, openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import { type EventBody, SessionId } from '../../src/protocol/index.ts';
import { createRowIndex } from '../../src/timeline/index.ts';
import { makeRandomSession } from '../support/random-session.ts';
import { makeRandom } from '../support/seeded-random.ts';

/** What is printed, as JSON. */
export interface LongHistory {
  readonly sessionId: string;
  readonly rows: number;
  readonly events: number;
  readonly openMs: number;
  /** Of the rows, in MiB of the heap. */
  readonly heapMiB: number;
  /** The longest time in which the engine could not have answered while it opened them. */
  readonly longestMs: number;
}

const SESSION = SessionId.parse('01983000-0000-7000-8000-00000000be5c');
/** Scripts that are written down at once. */
const SCRIPTS_AT_ONCE = 500;
/** What a session begins with, whatever follows. */
const HEAD_EVENTS = 2;

async function writeSession(file: string, rows: number): Promise<number> {
  const random = makeRandom(7);
  const journal = await openJournal({ file, nowMs: () => Date.now() });
  const index = createRowIndex();
  while (index.total < rows) {
    const made = makeRandomSession(SESSION, random, { scripts: SCRIPTS_AT_ONCE, isEnded: false });
    const bodies = made
      .slice(index.total === 0 ? 0 : HEAD_EVENTS)
      .map(({ seq: _seq, at: _at, sessionId: _sessionId, ...body }) => body as EventBody);
    index.apply(await journal.append(SESSION, bodies));
  }
  const [last] = await journal.append(SESSION, [{ type: 'session/closed', reason: 'finished' }]);
  await journal.close();
  return last?.seq ?? 0;
}

/** The longest gap between two turns of the event loop until it is ended. */
function watchLoop(): () => number {
  let longest = 0;
  let before = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const timer = setInterval(look, 1);
  return () => {
    look();
    clearInterval(timer);
    return longest;
  };
}

function usedMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

async function measureOpening(file: string, events: number): Promise<LongHistory> {
  const reader = openHistoryReader({ file });
  const views = new HistoryViews({ subscribe: () => () => undefined }, reader);
  const before = usedMiB();
  const endWatch = watchLoop();
  const startedAt = performance.now();
  const { rows } = await views.openRows(SESSION);
  const openMs = performance.now() - startedAt;
  const longestMs = endWatch();
  const heapMiB = usedMiB() - before;
  const result = { sessionId: SESSION, rows: rows.total, events, openMs, heapMiB, longestMs };
  views.close();
  reader.close();
  return result;
}

const [file = '', rows = ''] = process.argv.slice(2);
const events = await writeSession(file, Number(rows));
process.stdout.write(`${JSON.stringify(await measureOpening(file, events))}\n`);
