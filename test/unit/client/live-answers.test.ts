import { expect, test } from 'vitest';
import type { Approval } from '../../../src/protocol/index.ts';
import { type LiveTest, startLive } from './start-live.ts';

const ALLOW = { outcome: 'allowed', scope: 'once' } as const;
const REJECT = { outcome: 'rejected', feedback: 'no' } as const;

async function startAsking(seed: number): Promise<LiveTest & { readonly approval: Approval }> {
  const started = startLive(seed, (double) => {
    double.ask(double.open());
  });
  await started.clock.pass(100);
  const [approval] = started.view().approvals;
  if (approval === undefined) throw new Error('no question');
  return { ...started, approval };
}

test('an answer carries what was shown, and the question goes when the engine says so', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(1);
  const reply = actions.answer(approval, ALLOW);
  expect(view().answers.get(approval.approvalId)).toEqual({ state: 'sending', answer: ALLOW });
  expect(view().approvals).toEqual([approval]);
  await clock.pass(50);
  expect(await reply).toEqual({ result: 'accepted', approvalId: approval.approvalId });
  expect(engine.callsOf('approval/answer')).toEqual([
    expect.objectContaining({ digest: approval.digest, requestKey: expect.stringMatching(/^[0-9a-f]{32}$/) }),
  ]);
  expect(view().approvals).toEqual([]);
  expect(view().answers.size).toBe(0);
  expect(view().settled[0]).toMatchObject({ outcome: 'allowed', by: 'test-page' });
});

test('a second answer while the first is on its way is not sent', async () => {
  const { clock, engine, actions, approval } = await startAsking(2);
  const first = actions.answer(approval, ALLOW);
  const second = actions.answer(approval, REJECT);
  await clock.pass(50);
  expect(await second).toEqual(await first);
  expect(engine.callsOf('approval/answer')).toHaveLength(1);
  expect(engine.settled.get(approval.approvalId)?.outcome).toBe('allowed');
});

test('who was second is told so', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(3);
  const reply = actions.answer(approval, ALLOW);
  engine.settle(approval.approvalId, { outcome: 'rejected', by: 'terminal' });
  await clock.pass(50);
  expect(await reply).toMatchObject({ result: 'already-settled', outcome: 'rejected', by: 'terminal' });
  expect(view().answers.get(approval.approvalId)).toMatchObject({ state: 'late' });
  expect(view().answers.get(approval.approvalId)?.message).toContain('rejected (terminal)');
  expect(view().approvals).toEqual([]);
});

test('a question that has changed is not answered', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(4);
  const changed = { ...approval, text: 'rm -rf y', digest: 'other' };
  engine.approvals.set(approval.approvalId, changed);
  const reply = actions.answer(approval, ALLOW);
  engine.notify('overview/changed', { sessions: [], approvals: [changed], settled: [] });
  await clock.pass(50);
  expect(await reply).toMatchObject({ result: 'changed', digest: 'other' });
  expect(view().answers.get(approval.approvalId)?.state).toBe('changed');
  expect(view().approvals).toEqual([changed]);
  const again = actions.answer(changed, ALLOW);
  await clock.pass(50);
  expect((await again).result).toBe('accepted');
});

test('an answer that got lost is sent again with its key, and counts once', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(5);
  const reply = actions.answer(approval, ALLOW);
  engine.drop();
  await clock.pass(100);
  expect(view().answers.get(approval.approvalId)?.state).toBe('sending');
  await clock.pass(2000);
  expect(await reply).toMatchObject({ result: 'accepted' });
  const keys = engine.callsOf('approval/answer').map((params) => Reflect.get(Object(params), 'requestKey'));
  expect(new Set(keys).size).toBe(1);
  expect(view().answers.size).toBe(0);
});

test('an answer that got through before the connection broke is taken as it was, and counts once', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(6);
  engine.onAnswer = () => {
    engine.onAnswer = () => undefined;
    engine.drop();
  };
  const reply = actions.answer(approval, ALLOW);
  await clock.pass(3000);
  expect(await reply).toMatchObject({ result: 'accepted' });
  const keys = engine.callsOf('approval/answer').map((params) => Reflect.get(Object(params), 'requestKey'));
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  expect(view().answers.size).toBe(0);
  expect(view().approvals).toEqual([]);
  expect(view().settled).toHaveLength(1);
  expect(view().settled[0]).toMatchObject({ approvalId: approval.approvalId, outcome: 'allowed' });
});

test('an answer to a question that has changed meanwhile, or is unknown, is not sent again', async () => {
  const { clock, engine, actions, approval } = await startAsking(7);
  const reply = actions.answer(approval, ALLOW);
  engine.drop();
  engine.approvals.set(approval.approvalId, { ...approval, digest: 'other' });
  await clock.pass(3000);
  expect(await reply).toMatchObject({ result: 'changed', digest: 'other' });
  expect(engine.settled.size).toBe(0);

  const next = engine.ask(approval.sessionId);
  await clock.pass(50);
  const nextReply = actions.answer(next, ALLOW);
  engine.drop();
  engine.approvals.delete(next.approvalId);
  await clock.pass(3000);
  expect(await nextReply).toMatchObject({ result: 'unknown' });
});

test('nothing can be answered without a connection', async () => {
  const { clock, engine, view, actions, approval } = await startAsking(8);
  engine.isDown = true;
  engine.drop();
  await clock.pass(10);
  await expect(actions.answer(approval, ALLOW)).rejects.toMatchObject({
    kind: 'peer',
    code: 'not-connected',
  });
  expect(view().answers.size).toBe(0);
  engine.isDown = false;
  await clock.pass(10_000);
  expect(engine.callsOf('approval/answer')).toHaveLength(0);
  expect(view().approvals).toEqual([approval]);
});
