import { expect, test } from 'vitest';
import { GrantBook } from '../../../src/engine/approvals/index.ts';
import { createFakeClock } from '../../../src/engine/base/index.ts';
import { createIdMaker, type EventBody, type Grant } from '../../../src/protocol/index.ts';

function openBook() {
  const clock = createFakeClock();
  let seed = 1;
  const ids = createIdMaker(
    () => clock.nowMs(),
    (count) =>
      Uint8Array.from({ length: count }, () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor(seed / 65_536) % 256;
      }),
  );
  const stored: EventBody[] = [];
  const book = new GrantBook({
    nowMs: () => clock.nowMs(),
    setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    append: async (_sessionId, bodies) => stored.push(...bodies),
  });
  const sessionId = ids.session();
  const turnId = ids.turn();
  const grant = (over: Partial<Grant> = {}): Grant => ({
    grantId: ids.grant(),
    holder: sessionId,
    kind: 'access',
    access: { read: [], write: ['/srv/out'], hosts: [], sockets: [] },
    scope: 'session',
    turnId,
    uses: 0,
    source: { approvalId: ids.approval('edit'), by: 'terminal' },
    ...over,
  });
  return { book, clock, ids, stored, sessionId, turnId, grant };
}

test('a grant of another session does not count here', async () => {
  const { book, ids, sessionId, grant } = openBook();
  const other = ids.session();
  await book.add(grant(), sessionId);
  expect(book.ofSession(sessionId)).toHaveLength(1);
  expect(book.ofSession(other)).toHaveLength(0);
});

test('a revoked grant is gone, its listeners are told first, and the history says by whom', async () => {
  const { book, stored, sessionId, grant } = openBook();
  const given = grant();
  await book.add(given, sessionId);
  const told: string[] = [];
  book.onEnded((ended) => {
    told.push(ended.grantId);
  });
  expect(await book.end(given.grantId, 'revoked', 'cli')).toBe(true);
  expect(told).toEqual([given.grantId]);
  expect(stored.at(-1)).toEqual({
    type: 'grant/ended',
    grantId: given.grantId,
    reason: 'revoked',
    by: 'cli',
  });
  expect(await book.end(given.grantId, 'revoked', 'cli')).toBe(false);
});

test('a grant until a time ends at that time', async () => {
  const { book, clock, sessionId, grant } = openBook();
  await book.add(grant({ scope: 'until', untilMs: clock.nowMs() + 3_600_000 }), sessionId);
  clock.advance(3_599_999);
  expect(book.list()).toHaveLength(1);
  clock.advance(1);
  expect(book.list()).toHaveLength(0);
});

test('the end of a turn ends what was given for it and for its steps, and nothing else', async () => {
  const { book, ids, sessionId, turnId, grant } = openBook();
  const session = grant();
  const until = grant({ scope: 'until', untilMs: Number.MAX_SAFE_INTEGER });
  const laterTurn = grant({ scope: 'turn', turnId: ids.turn() });
  for (const one of [session, until, laterTurn, grant({ scope: 'turn' }), grant({ scope: 'step' })])
    await book.add(one, sessionId);
  await book.endScope(sessionId, { turnId });
  expect(book.list().map((left) => left.grantId)).toEqual([
    session.grantId,
    until.grantId,
    laterTurn.grantId,
  ]);
  await book.endScope(sessionId, {});
  expect(book.list()).toEqual([]);
});

test('uses are counted with their time', async () => {
  const { book, clock, sessionId, grant } = openBook();
  const given = grant();
  await book.add(given, sessionId);
  clock.advance(5);
  book.use(given.grantId);
  expect(book.list()[0]).toMatchObject({ uses: 1, lastUsedAt: clock.nowMs() });
});

test('a grant whose time has passed when it is added does not live', async () => {
  const { book, clock, sessionId, grant } = openBook();
  await book.add(grant({ scope: 'until', untilMs: clock.nowMs() - 1 }), sessionId);
  expect(book.list()).toEqual([]);
});
