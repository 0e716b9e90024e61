import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionId } from '../../../src/protocol/index.ts';
import { asked } from '../timeline/event-sample.ts';
import { ids, message, PageEnd } from './page-end.ts';

describe('the rows of a session', () => {
  it('begin with the last ones', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession(500);
    const watched = await page.call('session/watch', { sessionId });
    expect(watched).toMatchObject({
      total: 501,
      from: 301,
      isReset: true,
      lastSeq: 501,
      head: { sessionId },
    });
    expect(watched.rows.map((row) => row.index)).toEqual(Array.from({ length: 200 }, (_, i) => 301 + i));
  });

  it('are told when they change: the first at once, all of them in the end', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession(3);
    await page.call('session/watch', { sessionId });
    for (let i = 0; i < 100; i++) {
      page.engine.addEvents(sessionId, [message(`live ${i}`)]);
      await delay(1);
    }
    await vi.waitFor(() => expect(page.rowsChanged.at(-1)?.lastSeq).toBe(104));
    expect(page.rowsChanged.length).toBeLessThan(30);
    expect(page.rowsChanged.at(-1)).toMatchObject({ total: 104, counts: { all: 104 }, isCut: false });
    expect([...page.rows.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 4));
  });

  it('go on where a reader was', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession(300);
    const first = await page.call('session/watch', { sessionId });
    page.engine.addEvents(sessionId, [message('new')]);
    const second = await page.call('session/watch', { sessionId, after: first.lastSeq });
    expect(second).toMatchObject({ isReset: false, total: 302, from: 301 });
    expect(second.rows.map((row) => row.text)).toEqual(['new']);
    const later = await page.call('session/watch', { sessionId, after: 9999 });
    expect(later).toMatchObject({ isReset: true, from: 102 });
    page.engine.addEvents(
      sessionId,
      Array.from({ length: 501 }, () => message('many')),
    );
    const many = await page.call('session/watch', { sessionId, after: first.lastSeq });
    expect(many).toMatchObject({ isReset: true, from: 603 });
  });

  it('are followed of one session at a time, and of none in the end', async () => {
    const page = await PageEnd.ready();
    const [one, two] = [page.openSession(1), page.openSession(1)];
    await page.call('session/watch', { sessionId: one });
    await page.call('session/watch', { sessionId: two });
    expect(page.engine.openViews).toBe(1);
    page.engine.addEvents(one, [message('unseen')]);
    page.engine.addEvents(two, [message('seen')]);
    await vi.waitFor(() => expect(page.rowsChanged).toHaveLength(1));
    expect(page.rowsChanged[0]?.sessionId).toBe(two);
    await page.call('session/unwatch', {});
    expect(page.engine.openViews).toBe(0);
    expect(await page.faultOf('session/watch', { sessionId: ids.session() })).toMatchObject({
      code: 'no-such-session',
    });
    await page.call('session/watch', { sessionId: one });
    page.socket.destroy();
    await vi.waitFor(() => expect(page.engine.openViews).toBe(0));
  });

  it('asked for twice at once: the last wish counts', async () => {
    const page = await PageEnd.ready();
    const [one, two] = [page.openSession(1), page.openSession(1)];
    const results = await Promise.allSettled([
      page.call('session/watch', { sessionId: one }),
      page.call('session/watch', { sessionId: two }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(page.engine.openViews).toBe(1);
  });

  it('tell a slow reader that it has missed some, once, and are watched anew', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession(1);
    await page.call('session/watch', { sessionId });
    page.socket.pause();
    for (let i = 0; i < 120; i++) {
      page.engine.addEvents(
        sessionId,
        Array.from({ length: 50 }, () => message('x'.repeat(500))),
      );
      await delay(5);
    }
    expect(page.engine.openViews).toBe(1);
    page.socket.resume();
    await vi.waitFor(() => expect(page.rowsChanged.at(-1)?.isCut).toBe(true));
    expect(page.engine.openViews).toBe(0);
    const { lastSeq } = page.rowsChanged.at(-1) ?? {};
    expect(lastSeq).toBeLessThan(6002);
    expect(page.rows.size).toBeLessThan(6000);
    const again = await page.call('session/watch', { sessionId, after: lastSeq });
    expect(again).toMatchObject({ total: 6002, isReset: true });
    page.engine.addEvents(sessionId, [message('after')]);
    await vi.waitFor(() => expect(page.rowsChanged.at(-1)?.rows[0]?.text).toBe('after'));
    expect(page.rowsChanged.filter((told) => told.isCut)).toHaveLength(1);
  });

  it('come with the end of what is printed just now', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession(1);
    await page.call('session/watch', { sessionId });
    const runId = ids.run();
    const print = (text: string, offset: number) =>
      page.engine.addOutput({ type: 'output', sessionId, runId, stream: 'stdout', offset, text });
    print('ä'.repeat(3000), 0);
    print(`${'b'.repeat(2000)}\nend\n`, 6000);
    await vi.waitFor(() => expect(page.printed).toHaveLength(1));
    const [piece] = page.printed;
    expect(piece?.text).toHaveLength(4000);
    expect(piece?.text.endsWith('b\nend\n')).toBe(true);
    expect((piece?.offset ?? 0) + Buffer.byteLength(piece?.text ?? '')).toBe(8005);
    await page.call('session/unwatch', {});
    print('unheard', 8005);
    await delay(150);
    expect(page.printed).toHaveLength(1);
  });
});

describe('pages of rows', () => {
  let page: PageEnd;
  let sessionId: SessionId;
  beforeEach(async () => {
    page = await PageEnd.ready();
    sessionId = page.openSession(9);
    page.engine.addEvents(sessionId, [
      asked(ids.step(), ids.run(), 'first'),
      asked(ids.step(), ids.run(), 'second'),
    ]);
  });

  it.each([
    [{}, 9, [9, 10, 11]],
    [{ before: 5 }, 2, [2, 3, 4]],
    [{ before: 1 }, 0, [0]],
    [{ after: 5 }, 6, [6, 7, 8]],
    [{ after: 11 }, 12, []],
    [{ at: 4 }, 4, [4, 5, 6]],
    [{ at: 99 }, 12, []],
    [{ filter: { kinds: ['message'] } }, 6, [7, 8, 9]],
    [{ filter: { kinds: ['message'] }, before: 11 }, 6, [7, 8, 9]],
    [{ filter: { hasApproval: true }, at: 0 }, 0, [10, 11]],
  ] as const)('%j', async (where, from, indices) => {
    const filter = 'filter' in where ? structuredClone(where.filter) : {};
    const found = await page.call('session/rows', {
      sessionId,
      limit: 3,
      ...where,
      filter: filter as object,
    });
    expect({ from: found.from, indices: found.rows.map((row) => row.index) }).toEqual({ from, indices });
    expect(page.engine.openViews).toBe(0);
  });

  it('have a map, and ways to what waits', async () => {
    const map = await page.call('session/map', { sessionId, stretches: 4 });
    expect(map).toEqual({ total: 12, marks: ['row', 'row', 'row', 'waiting'] });
    const find = (from: number, direction: 'forward' | 'backward') =>
      page.call('session/find', { sessionId, from, direction, what: 'waiting' });
    expect(await find(-1, 'forward')).toMatchObject({ position: 10, row: { text: 'first' } });
    expect(await find(10, 'forward')).toMatchObject({ position: 11 });
    expect(await find(10, 'backward')).toEqual({ position: null, row: null });
    expect(page.engine.openViews).toBe(0);
  });
});
