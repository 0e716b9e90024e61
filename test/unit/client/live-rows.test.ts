import { expect, test } from 'vitest';
import type { RowFilter, SessionId } from '../../../src/protocol/index.ts';
import { type LiveTest, startLive } from './start-live.ts';

interface RowsTest extends LiveTest {
  readonly sessionId: SessionId;
  watched(): NonNullable<ReturnType<LiveTest['view']>['watched']>;
}

async function startWatching(seed: number, rowCount: number): Promise<RowsTest> {
  const started = startLive(seed);
  await started.clock.pass(100);
  const sessionId = started.engine.open();
  for (let count = 0; count < rowCount; count += 1) started.engine.addRow(sessionId);
  started.actions.watch(sessionId);
  await started.clock.pass(100);
  const watched = () => {
    const rows = started.view().watched;
    if (rows === undefined) throw new Error('nothing is watched');
    return rows;
  };
  return { ...started, sessionId, watched };
}

const WAITING: RowFilter = { outcomes: ['waiting'] };

test('a session is followed from its end', async () => {
  const { clock, engine, sessionId, watched } = await startWatching(1, 1000);
  expect(watched()).toMatchObject({ state: 'ready', total: 1000, filter: {} });
  expect([...watched().rows.keys()]).toEqual(Array.from({ length: 200 }, (_, index) => 800 + index));
  expect(watched().counts.commands).toBe(1000);
  expect(watched().map).toHaveLength(300);

  const row = engine.addRow(sessionId, { text: 'make' });
  engine.changeRow(sessionId, 999, { outcome: 'ran', exitCode: 1 });
  await clock.pass(50);
  expect(watched().total).toBe(1001);
  expect(watched().rows.get(1000)).toEqual(row);
  expect(watched().rows.get(999)).toMatchObject({ outcome: 'ran', exitCode: 1 });
});

test('what is looked at is fetched in pages, each once', async () => {
  const { clock, engine, actions, watched } = await startWatching(2, 5000);
  for (let count = 0; count < 20; count += 1) actions.need(390, 440);
  await clock.pass(100);
  expect(engine.callsOf('session/rows')).toHaveLength(2);
  for (let position = 200; position < 600; position += 1) {
    expect(watched().rows.get(position)?.index).toBe(position);
  }
  actions.need(395, 420);
  await clock.pass(100);
  expect(engine.callsOf('session/rows')).toHaveLength(2);
});

test('whoever scrolls through everything asks a bounded number of questions and keeps a bounded number of rows', async () => {
  const { clock, engine, actions, watched } = await startWatching(3, 30_000);
  for (let from = 0; from < 29_960; from += 40) {
    actions.need(from, from + 40);
    await clock.pass(2);
    expect(watched().rows.size).toBeLessThanOrEqual(4000);
  }
  await clock.pass(200);
  expect(watched().rows.get(29_959)?.index).toBe(29_959);
  expect(engine.callsOf('session/rows').length).toBeLessThanOrEqual(160);
  expect(watched().rows.size).toBeGreaterThan(1000);
});

test('a page that was on its way while a row changed does not bring back the older row', async () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const { clock, engine, actions, sessionId, watched } = await startWatching(seed, 600);
    actions.need(0, 40);
    await clock.pass(seed % 12);
    // told in the same breath as the page, but read before whoever waits for the page goes on
    engine.changeRow(sessionId, 5, { outcome: 'ran', exitCode: 1 });
    await clock.pass(200);
    expect(watched().rows.get(5)).toEqual(engine.rows.get(sessionId)?.[5]);
  }
});

test('a filter comes into force with its rows, number and map together', async () => {
  const { clock, engine, live, actions, sessionId, watched } = await startWatching(4, 300);
  for (let count = 0; count < 3; count += 1) engine.ask(sessionId);
  await clock.pass(100);
  const seen: { filter: RowFilter; total: number; rows: number }[] = [];
  live.store.subscribe(({ watched: now }) => {
    if (now !== undefined) seen.push({ filter: now.filter, total: now.total, rows: now.rows.size });
  });
  actions.setFilter(WAITING);
  expect(watched().filter).toEqual({});
  await clock.pass(1200);
  expect(watched()).toMatchObject({ filter: WAITING, total: 3 });
  expect([...watched().rows].map(([position, row]) => [position, row.index])).toEqual([
    ...[
      [0, 300],
      [1, 301],
      [2, 302],
    ],
  ]);
  for (const { filter, total, rows } of seen) {
    if (Object.keys(filter).length > 0) expect({ total, rows }).toEqual({ total: 3, rows: 3 });
    else expect(total).toBe(303);
  }
  expect(engine.callsOf('session/map').at(-1)).toMatchObject({ filter: WAITING, stretches: 300 });
  expect(watched().counts.approvals).toBe(3);

  actions.setFilter({});
  await clock.pass(500);
  expect(watched()).toMatchObject({ filter: {}, total: 303 });
  expect(watched().rows.get(302)?.approvalId).toBeDefined();
});

test('under a filter only what matters is read again, at most four times a second', async () => {
  const { clock, engine, actions, sessionId, watched } = await startWatching(5, 50);
  actions.setFilter({ kinds: ['edit'] });
  await clock.pass(1000);
  const before = engine.callsOf('session/rows').length;
  for (let count = 0; count < 100; count += 1) {
    engine.addRow(sessionId, { kind: 'command' });
    await clock.pass(10);
  }
  await clock.pass(500);
  expect(engine.callsOf('session/rows')).toHaveLength(before);

  for (let count = 0; count < 100; count += 1) {
    engine.addRow(sessionId, { kind: 'edit' });
    await clock.pass(10);
  }
  await clock.pass(500);
  expect(engine.callsOf('session/rows').length - before).toBeLessThanOrEqual(7);
  expect(watched().total).toBe(100);
  expect(watched().rows.get(99)?.kind).toBe('edit');
});

test('a row that ceases to fit goes, one that changes within is not asked for', async () => {
  const { clock, engine, actions, sessionId, watched } = await startWatching(6, 10);
  const [first, second] = [engine.ask(sessionId), engine.ask(sessionId)];
  actions.setFilter(WAITING);
  await clock.pass(1000);
  expect(watched().total).toBe(2);
  engine.settle(first.approvalId);
  await clock.pass(500);
  expect(watched().total).toBe(1);
  expect(watched().rows.get(0)?.approvalId).toBe(second.approvalId);
  const before = engine.callsOf('session/rows').length;
  engine.changeRow(sessionId, 11, { note: 'seen' });
  await clock.pass(500);
  expect(watched().rows.get(0)?.note).toBe('seen');
  expect(engine.callsOf('session/rows')).toHaveLength(before);
});

test('a row that is not kept ceases to fit: the number follows', async () => {
  const { clock, engine, actions, sessionId, watched } = await startWatching(13, 500);
  actions.setFilter({ outcomes: ['running'] });
  await clock.pass(1000);
  expect(watched()).toMatchObject({ total: 500 });
  expect(watched().rows.has(10)).toBe(false);
  engine.changeRow(sessionId, 10, { outcome: 'ran' });
  await clock.pass(500);
  expect(watched().total).toBe(499);
  expect(watched().rows.get(498)?.index).toBe(499);
});

test('what is read anew under a filter does not bring back an older row', async () => {
  for (let seed = 0; seed < 120; seed += 1) {
    const { clock, engine, actions, sessionId, watched } = await startWatching(seed, 20);
    actions.setFilter({ kinds: ['command'] });
    await clock.pass(1000);
    engine.addRow(sessionId);
    await clock.pass(60);
    engine.addRow(sessionId);
    // until what fits is read for the second time
    await clock.pass(180 + (seed % 30));
    engine.changeRow(sessionId, 5, { outcome: 'ran', exitCode: 1 });
    await clock.pass(600);
    expect(watched().rows.get(5)).toMatchObject({ index: 5, outcome: 'ran' });
    expect(watched().total).toBe(22);
  }
});

test('a reader that was cut off goes on behind what it knows', async () => {
  const { clock, engine, sessionId, watched } = await startWatching(7, 300);
  engine.cut(sessionId);
  for (let count = 0; count < 50; count += 1) engine.addRow(sessionId);
  engine.changeRow(sessionId, 120, { outcome: 'ran' });
  engine.changeRow(sessionId, 299, { outcome: 'ran' });
  await clock.pass(200);
  expect(engine.callsOf('session/watch').at(-1)).toMatchObject({ after: expect.any(Number) });
  expect(watched()).toMatchObject({ state: 'ready', total: 350 });
  expect(watched().rows.get(349)?.index).toBe(349);
  expect(watched().rows.get(299)?.outcome).toBe('ran');
});

test('a lost connection is followed up, also when very much has happened', async () => {
  for (const count of [20, 900]) {
    const { clock, engine, actions, sessionId, watched } = await startWatching(count, 300);
    actions.need(0, 30);
    await clock.pass(100);
    engine.drop();
    for (let added = 0; added < count; added += 1) engine.addRow(sessionId);
    engine.changeRow(sessionId, 3, { outcome: 'ran' });
    await clock.pass(3000);
    expect(watched().total).toBe(300 + count);
    expect(watched().rows.get(3)?.outcome).toBe('ran');
    expect(watched().rows.get(29)?.index).toBe(29);
  }
});

test('an engine with a shorter history is believed', async () => {
  const { clock, engine, sessionId, watched } = await startWatching(8, 300);
  engine.drop();
  engine.forget(sessionId);
  engine.addRow(sessionId, { text: 'the only one' });
  await clock.pass(3000);
  expect(watched().total).toBe(1);
  expect([...watched().rows.values()].map(({ text }) => text)).toEqual(['the only one']);
});

test('a session that does not exist is told, and may be tried again', async () => {
  const { clock, engine, actions, view } = startLive(9);
  await clock.pass(100);
  const unknown = engine.ids.session();
  actions.watch(unknown);
  expect(view().watched).toMatchObject({ sessionId: unknown, state: 'loading' });
  await clock.pass(50);
  expect(view().watched).toMatchObject({ state: 'failed', message: 'there is no such session' });
  actions.watch(unknown);
  await clock.pass(50);
  expect(engine.callsOf('session/watch')).toHaveLength(2);
  actions.watch(undefined);
  expect(view().watched).toBeUndefined();
});

test('who looks from session to session sees the last one', async () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const { clock, engine, actions, view } = startLive(seed);
    await clock.pass(100);
    const ids = [1, 2, 3].map((number) => engine.open({ title: String(number) }));
    ids.forEach((sessionId, place) => {
      for (let count = 0; count <= place; count += 1) engine.addRow(sessionId);
    });
    for (const sessionId of [...ids, ...ids]) {
      actions.watch(sessionId);
      await clock.pass(seed % 7);
    }
    await clock.pass(200);
    const [, , last] = ids;
    expect(view().watched).toMatchObject({ sessionId: last, state: 'ready', total: 3 });
    if (last !== undefined) engine.addRow(last);
    await clock.pass(100);
    expect(view().watched?.total).toBe(4);
  }
});

test('a question is found among the rows, with and without a filter', async () => {
  const { clock, engine, actions, sessionId } = await startWatching(10, 10);
  const { approvalId } = engine.ask(sessionId);
  for (let count = 0; count < 6000; count += 1) engine.addRow(sessionId, { text: `about ${approvalId}` });
  await clock.pass(3000);
  const locate = async (): Promise<number | undefined> => {
    const found = actions.locate(approvalId);
    await clock.pass(300);
    return await found;
  };
  expect(await locate()).toBe(10);
  actions.setFilter({ hasApproval: true });
  await clock.pass(1000);
  expect(await locate()).toBe(0);
  actions.setFilter({ kinds: ['edit'] });
  await clock.pass(1000);
  expect(await locate()).toBeUndefined();
});

test('the map is read at most once a second', async () => {
  const { clock, engine, sessionId } = await startWatching(11, 10);
  for (let count = 0; count < 300; count += 1) {
    engine.addRow(sessionId);
    await clock.pass(10);
  }
  expect(engine.callsOf('session/map').length).toBeLessThanOrEqual(5);
  expect(engine.callsOf('session/map').length).toBeGreaterThan(2);
});

test('what a script prints is seen until it ends: three lines, without what a terminal would do', async () => {
  const { clock, engine, sessionId, watched } = await startWatching(12, 1);
  const runId = engine.ids.run();
  const print = (offset: number, text: string): void =>
    engine.notify('output/added', { sessionId, runId, stream: 'stdout', offset, text });
  print(0, 'one\ntwo\n\u001b[31mthree\u001b[0m\n10 %\r20 %\r3');
  print(34, '0 %\u001b]0;title\u0007');
  await clock.pass(50);
  expect(watched().liveTail).toEqual({ runId, lines: ['two', 'three', '30 %'] });
  print(200, `${'x'.repeat(900)}\u001b[3`);
  await clock.pass(50);
  expect(watched().liveTail?.lines).toEqual(['three', '30 %', 'x'.repeat(400)]);
  engine.notify('output/added', {
    sessionId: engine.ids.session(),
    runId,
    stream: 'stdout',
    offset: 0,
    text: 'no',
  });
  engine.addRow(sessionId, { kind: 'output', runId, outcome: 'none' });
  await clock.pass(50);
  expect(watched().liveTail).toBeUndefined();
  print(2000, 'late\n');
  await clock.pass(50);
  expect(watched().liveTail).toBeUndefined();
});
