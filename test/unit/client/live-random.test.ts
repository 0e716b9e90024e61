import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { ApprovalId, RowFilter, RowKind, RowOutcome, SessionId } from '../../../src/protocol/index.ts';
import { matchesRow } from '../../../src/timeline/index.ts';
import { makeRandom, type Random } from '../../support/seeded-random.ts';
import { type LiveTest, startLive } from './start-live.ts';

/** So many worlds, each with so many stretches of happenings; after every stretch the view is compared. */
const COURSES = 240;
const STRETCHES = 4;
const STEPS = 14;
/** Pages begin with so few rows here that most of a list must be asked for; few rows are quick to read. */
const FIRST_ROWS = 20;
const MAX_CHANGED = 60;
const FILTERS: readonly RowFilter[] = [
  {},
  {},
  { kinds: ['edit', 'network'] },
  { outcomes: ['waiting'] },
  { hasApproval: true },
  { words: ['7'] },
  { kinds: ['command'], outcomes: ['ran', 'running'] },
];
const KINDS: readonly RowKind[] = ['command', 'edit', 'network', 'note'];
const OUTCOMES: readonly RowOutcome[] = ['ran', 'rejected', 'waiting', 'running'];

/** One world with what a person looks at in it. */
interface World extends LiveTest {
  readonly random: Random;
  sessionId: SessionId;
  look: readonly [number, number];
}

const pick = <T>(random: Random, of: readonly T[]): T => {
  const chosen = of[Math.floor(random() * of.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
};
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Everything that can happen, in the engine, between, and on the page. */
const HAPPENINGS: readonly ((world: World) => void)[] = [
  ({ engine, random, sessionId }) => {
    for (let count = below(random, 30); count >= 0; count -= 1)
      engine.addRow(sessionId, { kind: pick(random, KINDS) });
  },
  ({ engine, random, sessionId }) => {
    for (let count = below(random, 150); count >= 0; count -= 1) engine.addRow(sessionId);
  },
  changeSome,
  changeSome,
  ({ engine, sessionId }) => void engine.ask(sessionId),
  ({ engine, random }) => {
    const open = [...engine.approvals.keys()];
    if (open.length > 0)
      engine.settle(pick(random, open), { outcome: pick(random, ['allowed', 'rejected', 'expired']) });
  },
  ({ engine, random, sessionId }) => engine.touch(sessionId, { activity: String(random()) }),
  ({ engine, random }) => void engine.open({ title: String(random()) }),
  ({ engine, random }) => {
    const [sessionId] = engine.heads.keys();
    if (sessionId === undefined) return;
    engine.grants.push({
      ...{
        grantId: engine.ids.grant(),
        holder: sessionId,
        kind: 'command',
        scope: 'session',
        uses: below(random, 9),
      },
      source: { approvalId: engine.ids.approval('cmd'), by: 'you' },
    });
    engine.touch(sessionId, {});
  },
  ({ engine }) => engine.drop(),
  ({ engine, sessionId }) => engine.cut(sessionId),
  ({ engine }) => engine.sendRaw('{"jsonrpc":"2.0","method":"rows/changed","params":{"rows":[{}]}}'),
  ({ view, actions, random }) => {
    const { approvals } = view();
    if (approvals.length === 0) return;
    const answer =
      random() < 0.5 ? ({ outcome: 'allowed', scope: 'once' } as const) : ({ outcome: 'rejected' } as const);
    actions.answer(pick(random, approvals), answer).catch(() => undefined);
  },
  (world) => {
    world.sessionId = pick(world.random, [...world.engine.heads.keys()]);
    world.actions.watch(world.sessionId);
  },
  ({ actions, random }) => actions.setFilter(pick(random, FILTERS)),
  (world) => lookSomewhere(world),
  (world) => lookSomewhere(world),
];

/** Half of the rows that change are where one looks. */
function changeSome({ engine, random, sessionId, look: [from, to] }: World): void {
  const rows = engine.rows.get(sessionId) ?? [];
  for (let count = 0; count < 5; count += 1) {
    const index = random() < 0.5 ? from + below(random, to - from) : below(random, rows.length);
    engine.changeRow(sessionId, index, { outcome: pick(random, OUTCOMES) });
  }
}

function lookSomewhere(world: World): void {
  const total = world.view().watched?.total ?? 0;
  const from = below(world.random, Math.max(1, total));
  world.look = [from, Math.min(total, from + 60)];
  world.actions.need(...world.look);
}

function expectTruth({ engine, view, sessionId, look }: World): void {
  const { connection, sessions, approvals, grants, settled, answers, watched } = view();
  expect(connection).toEqual({ state: 'ready' });
  expect(new Map(sessions.map((head) => [head.sessionId, head]))).toEqual(engine.heads);
  expect(
    [...sessions].sort((a, b) => b.openedAt - a.openedAt || (a.sessionId < b.sessionId ? 1 : -1)),
  ).toEqual(sessions);
  expect(new Map(approvals.map((approval) => [approval.approvalId, approval]))).toEqual(engine.approvals);
  expect(grants).toEqual(engine.grants);
  for (const { approvalId, outcome } of settled)
    expect(outcome).toBe(engine.settled.get(approvalId)?.outcome);
  const left = [...answers].filter(([, { state }]) => state === 'sending' || state === 'accepted');
  expect(left).toEqual([]);
  if (watched === undefined) throw new Error('nothing is watched');
  const all = engine.rows.get(sessionId) ?? [];
  const fitting = all.filter((row) => matchesRow(row, watched.filter));
  expect(watched).toMatchObject({ sessionId, state: 'ready', total: fitting.length });
  expect(watched.counts).toEqual(engine.pageOf(sessionId, {}, 0, 0).counts);
  const wrong = [...watched.rows].filter(([position, row]) => !isDeepStrictEqual(row, fitting[position]));
  expect(wrong).toEqual([]);
  for (let position = look[0]; position < Math.min(look[1], fitting.length); position += 1) {
    expect(watched.rows.has(position)).toBe(true);
  }
}

function expectOnceEach(world: World): void {
  const answered = new Map<ApprovalId, string>();
  for (const [approvalId, { requestKey }] of world.engine.settled) {
    if (requestKey !== undefined) answered.set(approvalId, requestKey);
  }
  expect(new Set(answered.values()).size).toBe(answered.size);
}

async function playStretch(world: World): Promise<void> {
  const { clock, random } = world;
  for (let step = 0; step < STEPS; step += 1) {
    await clock.pass(below(random, 3) === 0 ? below(random, 400) : below(random, 8));
    pick(random, HAPPENINGS)(world);
  }
  await clock.pass(12_000);
  world.look = [0, 0];
  expectTruth(world);
  lookSomewhere(world);
  await clock.pass(2_000);
  expectTruth(world);
  expectOnceEach(world);
}

async function play(seed: number): Promise<void> {
  const random = makeRandom(seed ^ 0x5a11);
  const started = startLive(seed, (engine) => {
    const sessionId = engine.open();
    engine.firstRows = FIRST_ROWS;
    engine.maxChanged = MAX_CHANGED;
    for (let count = below(random, 250); count > 0; count -= 1) engine.addRow(sessionId);
  });
  const sessionId = pick(random, [...started.engine.heads.keys()]);
  const world: World = { ...started, random, sessionId, look: [0, 0] };
  world.actions.watch(sessionId);
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) await playStretch(world);
  world.live.end();
}

const HAPPENED = COURSES * STRETCHES * STEPS;

test(`in ${COURSES} random courses, ${HAPPENED} happenings, the view comes to be what the engine has`, {
  timeout: 300_000,
}, async () => {
  for (let seed = 1; seed <= COURSES; seed += 1) {
    try {
      await play(seed);
    } catch (thrown) {
      throw new Error(`course ${seed}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
        cause: thrown,
      });
    }
  }
});
