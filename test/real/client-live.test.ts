import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createLiveState, type LiveState, type LiveView } from '../../src/client/index.ts';
import type { Approval, Pipe } from '../../src/protocol/index.ts';
import { createWebSocketPipe } from '../../src/server/pipe-websocket.ts';
import { logIn, type PageAddress } from '../support/page-client.ts';
import { makeFolder } from '../support/real-engine.ts';
import { type ServedPage, servePage } from '../support/serve-page.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let served: ServedPage;
let address: PageAddress;
let cookie: string;
const folder = makeFolder('client-live', '/var/tmp');
const lives: LiveState[] = [];
const sockets: WebSocket[] = [];

beforeAll(async () => {
  served = await servePage();
  address = await served.openAddress();
  cookie = await logIn(address);
});
afterAll(async () => {
  for (const live of lives) live.end();
  await served.stop();
  folder.remove();
});

/** As a browser opens it, but without one. */
async function openPage(): Promise<Pipe> {
  const headers = { Host: address.host, Origin: address.origin, Cookie: cookie };
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/rpc`, { headers, perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  sockets.push(socket);
  return createWebSocketPipe(socket);
}

async function startLive(): Promise<LiveState> {
  const live = createLiveState({
    connect: openPage,
    ports: {
      nowMs: () => Date.now(),
      setTimer: (callback, delayMs) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      random: Math.random,
    },
    clientName: 'web',
    version: 'test',
  });
  lives.push(live);
  await until(live, (view) => view.connection.state === 'ready');
  return live;
}

async function until(live: LiveState, isSo: (view: LiveView) => boolean): Promise<LiveView> {
  const end = Date.now() + 30_000;
  while (!isSo(live.store.getState())) {
    if (Date.now() > end) throw new Error(`it did not come about: ${JSON.stringify(live.store.getState())}`);
    await delay(10);
  }
  return live.store.getState();
}

async function question({ live, after = 0 }: { live: LiveState; after?: number }): Promise<Approval> {
  const view = await until(live, ({ approvals }) => approvals.length > after);
  const approval = view.approvals.at(-1);
  if (approval === undefined) throw new Error('no question');
  return approval;
}

const ASKING = { kind: 'script', askForApproval: 'untrusted' } as const;

test('a question is seen and answered on any page, and disappears from every page', async () => {
  const [one, two] = [await startLive(), await startLive()];
  const text = 'echo before; touch made.txt; echo after';
  const { sessionId } = await one.actions.start({ ...ASKING, folder: folder.path, text });
  one.actions.watch(sessionId);
  two.actions.watch(sessionId);
  const approval = await question({ live: two });
  expect(approval).toMatchObject({ sessionId, text: 'touch made.txt' });
  const waiting = await until(one, ({ watched }) =>
    [...(watched?.rows.values() ?? [])].some((row) => row.approvalId === approval.approvalId),
  );
  expect(waiting.approvals).toEqual([approval]);
  expect((await one.actions.context(approval.approvalId)).context?.steps.length).toBeGreaterThan(0);
  expect(await one.actions.find(-1, 'forward', 'waiting')).toMatchObject({
    row: { approvalId: approval.approvalId },
  });

  expect(await two.actions.answer(approval, { outcome: 'allowed', scope: 'once' })).toMatchObject({
    result: 'accepted',
  });
  for (const live of [one, two]) {
    const view = await until(live, ({ approvals, settled }) => approvals.length === 0 && settled.length > 0);
    expect(view.settled[0]).toMatchObject({ approvalId: approval.approvalId, outcome: 'allowed', approval });
    await until(
      live,
      ({ sessions }) => sessions.find((head) => head.sessionId === sessionId)?.state === 'closed',
    );
  }
  expect(existsSync(join(folder.path, 'made.txt'))).toBe(true);
  const late = await one.actions.answer(approval, { outcome: 'rejected' });
  expect(late).toMatchObject({ result: 'already-settled', outcome: 'allowed' });

  const last = one.store.getState().sessions.find((head) => head.sessionId === sessionId)?.lastSeq;
  const ended = await until(one, ({ watched }) => watched?.lastSeq === last);
  const rows = [...(ended.watched?.rows.values() ?? [])];
  expect(rows.some((row) => row.kind === 'output')).toBe(true);
  expect(rows.find((row) => row.approvalId === approval.approvalId)).toMatchObject({
    outcome: 'ran',
    exitCode: 0,
  });
  await until(two, ({ watched }) => watched?.lastSeq === last);
  expect(two.store.getState().watched?.total).toBe(rows.length);
});

test('a connection that breaks in the middle is taken up again, with everything that happened', async () => {
  const [one, two] = [await startLive(), await startLive()];
  const text = 'touch one.txt; touch two.txt';
  const { sessionId } = await one.actions.start({ ...ASKING, folder: folder.path, text });
  one.actions.watch(sessionId);
  two.actions.watch(sessionId);
  const first = await question({ live: one });
  await until(one, ({ watched }) => watched?.state === 'ready');

  const [mine] = sockets.slice(-2);
  mine?.terminate();
  await until(one, ({ connection }) => connection.state === 'lost');
  await expect(one.actions.answer(first, { outcome: 'rejected' })).rejects.toMatchObject({
    code: 'not-connected',
  });
  await two.actions.answer(first, { outcome: 'rejected', feedback: 'not this one' });
  const view = await until(one, ({ connection, approvals }) => {
    return (
      connection.state === 'ready' && !approvals.some(({ approvalId }) => approvalId === first.approvalId)
    );
  });
  expect(view.connection).toEqual({ state: 'ready' });
  await until(one, ({ settled }) => settled.some(({ feedback }) => feedback === 'not this one'));

  for (const approval of one.store.getState().approvals)
    await one.actions.answer(approval, { outcome: 'rejected' });
  const isOver = ({ sessions }: LiveView): boolean =>
    sessions.find((head) => head.sessionId === sessionId)?.state === 'closed';
  while (!isOver(one.store.getState())) {
    for (const approval of one.store.getState().approvals) {
      await one.actions.answer(approval, { outcome: 'rejected' });
    }
    await delay(20);
  }
  const last = one.store.getState().sessions.find((head) => head.sessionId === sessionId)?.lastSeq;
  const rowsOf = (live: LiveState) => live.store.getState().watched;
  await until(one, ({ watched }) => watched?.lastSeq === last);
  await until(two, ({ watched }) => watched?.lastSeq === last);
  expect(rowsOf(one)?.rows).toEqual(rowsOf(two)?.rows);
  expect(existsSync(join(folder.path, 'one.txt'))).toBe(false);
});
