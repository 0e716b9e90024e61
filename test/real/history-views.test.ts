import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { HistoryViews } from '../../src/engine/history/history-views.ts';
import { openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import type { Event, EventBody, RunId, SessionId } from '../../src/protocol/index.ts';
import { createRowIndex, EMPTY_HEAD, foldHead } from '../../src/timeline/index.ts';
import { makeRandomSession } from '../support/random-session.ts';
import { makeRandom } from '../support/seeded-random.ts';
import { makeHistoryFile } from './history-folder.ts';
import { ids, makeFinished, makeMessage, makeOpened } from './history-sample.ts';

function bodyOf({ seq, at, sessionId, ...body }: Event): EventBody {
  return body as EventBody;
}

async function openAll(file = makeHistoryFile()) {
  const journal = await openJournal({ file, nowMs: Date.now });
  const reader = openHistoryReader({ file });
  const views = new HistoryViews(journal, reader);
  const close = async (): Promise<void> => {
    views.close();
    reader.close();
    await journal.close();
  };
  return { file, journal, reader, views, close };
}

describe('views of the history (real SQLite)', () => {
  it('read heads and rows of ended sessions as the fold over their events gives them', async () => {
    const { journal, reader, close } = await openAll();
    const stored = new Map<SessionId, Event[]>();
    for (let seed = 1; seed <= 40; seed++) {
      const random = makeRandom(seed);
      const sessionId = ids.session();
      const scripts = Math.floor(random() * 4);
      const events = makeRandomSession(sessionId, random, { scripts, isEnded: true });
      stored.set(sessionId, await journal.append(sessionId, events.map(bodyOf)));
    }
    const views = new HistoryViews({ subscribe: () => () => undefined }, reader);
    const heads = await views.listSessions();
    expect(heads).toHaveLength(40);
    for (const head of heads) {
      const events = stored.get(head.sessionId) ?? [];
      expect(head).toEqual(events.reduce(foldHead, EMPTY_HEAD).head);
      const folded = createRowIndex();
      folded.apply(events);
      const view = await views.openRows(head.sessionId);
      expect(view.rows.listMatches({}, 0, view.rows.total)).toEqual(folded.listMatches({}, 0, folded.total));
      expect(view.rows.lastSeq).toBe(folded.lastSeq);
      view.release();
    }
    expect(heads.map((head) => head.openedAt)).toEqual(
      heads.map((head) => head.openedAt).sort((a, b) => b - a),
    );
    await close();
  });

  it('show texts without the secrets in them', async () => {
    const { journal, views, close } = await openAll();
    const sessionId = ids.session();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const heads: string[] = [];
    views.onSessionHead((head) => heads.push(head.title));
    await journal.append(sessionId, [makeOpened(`login ${token}`), makeMessage(`use ${token}`)]);
    const view = await views.openRows(sessionId);
    const rows = view.rows.listMatches({}, 0, 10);
    expect(rows.map((row) => row.text)).toContain('use [masked]');
    const [head] = await views.listSessions();
    expect([head?.title, (await views.readHead(sessionId)).title]).toEqual([
      'login [masked]',
      'login [masked]',
    ]);
    expect(heads).toContain('login [masked]');
    expect(JSON.stringify([rows, head, heads])).not.toContain(token);
    view.release();
    await close();
  });

  it('miss nothing that is committed while they are made, and share it', async () => {
    const { journal, views, close } = await openAll();
    const sessionId = ids.session();
    await journal.append(sessionId, [
      makeOpened('t'),
      ...Array.from({ length: 3000 }, (_, i) => makeMessage(`${i}`)),
    ]);
    const opening = [views.openRows(sessionId), views.openRows(sessionId)];
    const appended = Array.from({ length: 50 }, (_, i) =>
      journal.append(sessionId, [makeMessage(`live ${i}`)]),
    );
    const [first, second] = await Promise.all(opening);
    if (first === undefined || second === undefined) throw new Error('two were opened');
    const seen: number[] = [];
    const stop = first.onChanged((indices) => seen.push(...indices));
    await Promise.all(appended);
    await journal.append(sessionId, [makeMessage('last')]);
    expect(first.rows.total).toBe(3052);
    expect(second.rows.total).toBe(3052);
    expect(seen.at(-1)).toBe(3051);
    expect(first.rows.rowsAt([3051])[0]).toMatchObject({ text: 'last' });
    stop();
    second.release();
    await journal.append(sessionId, [makeMessage('unheard')]);
    expect(seen.at(-1)).toBe(3051);
    first.release();
    const again = await views.openRows(sessionId);
    expect(again.rows.total).toBe(3053);
    await close();
  });

  it('never keep others waiting for long', async () => {
    const { journal, views, close } = await openAll();
    const sessionId = ids.session();
    await journal.append(sessionId, [makeOpened('t')]);
    for (let batch = 0; batch < 3; batch++) {
      await journal.append(
        sessionId,
        Array.from({ length: 2000 }, () => makeMessage('x'.repeat(300))),
      );
    }
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const view = await views.openRows(sessionId);
    isDone = true;
    expect(view.rows.total).toBe(6001);
    expect(turns).toBeGreaterThan(4);
    await close();
  });

  it('say where a stored event is damaged', async () => {
    const { file, journal, views, close } = await openAll();
    const sessionId = ids.session();
    const stepId = ids.step();
    const runId = ids.run();
    const good: EventBody = { type: 'step/finished', stepId, runId, outcome: 'ran' };
    await journal.append(sessionId, [makeOpened('t'), { type: 'step/started', stepId, runId }, good]);
    const db = new Database(file);
    const damages = [
      '{',
      '[]',
      'null',
      '"seq":9',
      '"outcome":"maybe"',
      '"runId":"<b>"',
      '"type":"step/started"',
    ];
    const [{ body }] = db.prepare('SELECT body FROM events WHERE seq = 3').all() as [{ body: string }];
    for (const damage of damages) {
      const [key] = damage.split(':');
      const pattern = new RegExp(`${key}:("[^"]*"|\\d+)`);
      const damaged = damage.startsWith('"') ? body.replace(pattern, damage) : damage;
      expect(damaged).not.toBe(body);
      db.prepare('UPDATE events SET body = ? WHERE seq = 3').run(damaged);
      await expect(views.openRows(sessionId), damage).rejects.toMatchObject({ code: 'history-damaged' });
    }
    db.prepare('UPDATE events SET body = ? WHERE seq = 3').run(body);
    db.close();
    const view = await views.openRows(sessionId);
    expect(view.rows.rowsAt([1])[0]).toMatchObject({ outcome: 'ran', runId });
    await close();
  });

  it('show the end of an output without colours, that of the errors last where it failed', async () => {
    const { journal, views, close } = await openAll();
    const [ok, bad, silent] = [ids.run(), ids.run(), ids.run()];
    const sessionId = ids.session();
    await journal.append(sessionId, [makeOpened('t')]);
    const print = async (runId: RunId, stream: 'stdout' | 'stderr', text: string) => {
      const capture = journal.captureOutput({ sessionId, runId, stream });
      await capture.write(Buffer.from(text));
      return capture.finish();
    };
    const long = 'ö'.repeat(500);
    for (const [runId, exitCode] of [
      [ok, 0],
      [bad, 1],
    ] as const) {
      const stdout = await print(
        runId,
        'stdout',
        `one\r\ntwo\r\n\u001b[1;31mred\u001b[0m\u001b[K\r\n${long}`,
      );
      await print(runId, 'stderr', 'oops\n');
      await journal.append(sessionId, [{ ...makeFinished(runId, stdout), exitCode } as EventBody]);
    }
    const nothing = await print(silent, 'stdout', '');
    await journal.append(sessionId, [makeFinished(silent, nothing)]);
    const view = await views.openRows(sessionId);
    const outputs = view.rows.listMatches({ kinds: ['output'] }, 0, 9).map((row) => row.tail);
    expect(outputs).toEqual([
      { lines: ['two', 'red', 'ö'.repeat(400)], moreLines: 2 },
      { lines: ['red', 'ö'.repeat(400), 'oops'], moreLines: 2 },
    ]);
    await close();
  });

  it('tell of a gap in a very long output', async () => {
    const { journal, views, close } = await openAll();
    const sessionId = ids.session();
    const runId = ids.run();
    await journal.append(sessionId, [makeOpened('t')]);
    const capture = journal.captureOutput({ sessionId, runId, stream: 'stdout' });
    const piece = Buffer.from(`${'x'.repeat(99)}\n`.repeat(10_000));
    for (let i = 0; i < 18; i++) await capture.write(piece);
    await capture.write(Buffer.from('the end\n'));
    const stdout = await capture.finish();
    const { storedBytes } = stdout;
    const part = await views.readRunOutput({ runId, stream: 'stdout', offset: -8, limit: 100 });
    expect(part).toEqual({
      text: 'the end\n',
      offset: storedBytes - 8,
      size: storedBytes,
      cutBytes: 18_000_008 - storedBytes,
    });
    const unknown = await views.readRunOutput({ runId: ids.run(), stream: 'stdout', offset: 5, limit: 10 });
    expect(unknown).toEqual({ text: '', offset: 0, size: 0, cutBytes: 0 });
    await journal.append(sessionId, [makeFinished(runId, stdout)]);
    const { rows } = await views.openRows(sessionId);
    const tail = rows.listMatches({ kinds: ['output'] }, 0, 9)[0]?.tail;
    expect([tail?.isCapped, tail?.lines.at(-1)]).toEqual([true, 'the end']);
    // counted in what is stored, so below the 180,001 that were printed
    expect(tail?.moreLines).toBeGreaterThan(1000);
    expect(tail?.moreLines).toBeLessThanOrEqual(Math.ceil(storedBytes / 100));
    await close();
  });
});
