import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import { makeHistoryFile } from './history-folder.ts';
import { ids, makeMessage, makeOpened } from './history-sample.ts';

describe('journal', () => {
  it('numbers events in the order of the calls, per session, and stores what it returned', async () => {
    const file = join(dirname(makeHistoryFile()), 'home', 'history.sqlite');
    const journal = await openJournal({ file, nowMs: () => 1_700_000_000_000 });
    const heard: string[] = [];
    journal.subscribe((events) => {
      for (const event of events) heard.push(`${event.sessionId} ${event.seq}`);
    });
    const sessions = [ids.session(), ids.session(), ids.session()];
    const returned = await Promise.all(
      sessions.flatMap((id) => [
        journal.append(id, [makeOpened(`session ${id}`), makeMessage('one')]),
        ...Array.from({ length: 50 }, (_, i) => journal.append(id, [makeMessage(`single ${i}`)])),
        journal.append(id, [makeMessage('ä\u2028"\\ end'), makeMessage('x'.repeat(100_000))]),
      ]),
    );
    const reader = openHistoryReader({ file });
    for (const id of sessions) {
      const mine = returned.flat().filter((event) => event.sessionId === id);
      expect(mine.map((event) => event.seq)).toEqual(Array.from({ length: 54 }, (_, i) => i + 1));
      expect(reader.readEvents(id)).toEqual(mine);
      expect(heard.filter((line) => line.startsWith(id))).toEqual(mine.map((event) => `${id} ${event.seq}`));
    }
    expect(reader.readEvents(sessions[0] ?? '', 50, 2).map((event) => event.seq)).toEqual([51, 52]);
    expect(reader.verify()).toEqual([]);
    await journal.close();
    expect(reader.verify()).toEqual([]);
    reader.close();
  });

  it('keeps file and folder to their owner', async () => {
    const file = join(dirname(makeHistoryFile()), 'home', 'history.sqlite');
    const journal = await openJournal({ file, nowMs: Date.now });
    await journal.append(ids.session(), [makeOpened('modes')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    await journal.close();
  });
});
