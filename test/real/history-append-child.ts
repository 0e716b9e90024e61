/** Appends without end and prints `session seq` of every event it was told is stored; the test kills it. */
import { openJournal } from '../../src/engine/history/index.ts';
import { ids, makeMessage, makeOpened } from './history-sample.ts';

const [, , file = ''] = process.argv;
const journal = await openJournal({ file, nowMs: Date.now });

async function appendWithoutEnd(): Promise<never> {
  const sessionId = ids.session();
  let count = 0;
  let bodies = [makeOpened('killed')];
  for (;;) {
    const events = await journal.append(sessionId, bodies);
    process.stdout.write(events.map((event) => `${sessionId} ${event.seq}\n`).join(''));
    bodies = Array.from({ length: 1 + (count++ % 3) }, () => makeMessage('x'.repeat(count % 700)));
  }
}

await Promise.all(Array.from({ length: 8 }, () => appendWithoutEnd()));
