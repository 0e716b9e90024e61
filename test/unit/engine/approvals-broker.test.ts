import { describe, expect, test } from 'vitest';
import { type ApprovalAnswer, MAX_LINE_CHARS } from '../../../src/protocol/index.ts';
import { ask, openBroker } from '../../support/open-broker.ts';

const once: ApprovalAnswer = { outcome: 'allowed', scope: 'once' };
const reject: ApprovalAnswer = { outcome: 'rejected', feedback: 'not now' };

describe('broker', () => {
  test('the first answer wins and the second is told by whom', async () => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    const [first, second] = await Promise.all([
      broker.answer({ approvalId: id, requestKey: 'a', by: 'terminal', answer: once }),
      broker.answer({ approvalId: id, requestKey: 'b', by: 'page', answer: reject }),
    ]);
    expect(first).toEqual({ result: 'accepted', approvalId: id });
    expect(second).toEqual({ result: 'already-settled', approvalId: id, outcome: 'allowed', by: 'terminal' });
    expect(await settled).toMatchObject({ outcome: 'allowed', by: 'terminal' });
    expect(stored.map((event) => event.type)).toEqual(['approval/asked', 'approval/answered']);
    expect(broker.list()).toEqual([]);
  });

  test('a resend with the same key is told the same and changes nothing', async () => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    const request = { approvalId: id, requestKey: 'k', by: 'page', answer: reject };
    expect(await broker.answer(request)).toEqual(await broker.answer(request));
    expect(await settled).toMatchObject({ outcome: 'rejected', feedback: 'not now' });
    expect(stored).toHaveLength(2);
  });

  test('answering one question leaves an identical one open', async () => {
    const { broker, question } = openBroker();
    const same = question();
    const first = await ask(broker, same);
    const second = await ask(broker, same);
    expect(second.id).not.toBe(first.id);
    await broker.answer({ approvalId: first.id, requestKey: 'a', by: 'x', answer: once });
    expect(broker.list().map((approval) => approval.approvalId)).toEqual([second.id]);
  });

  test('what the rules allow now is settled by them, and a late answer is told so', async () => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    const [approval] = broker.list();
    if (approval === undefined) throw new Error('nothing is open');
    await broker.overtake(approval.approvalId, 'allow', 'The rule at a:1 allows it.');
    expect(await settled).toEqual({ outcome: 'overtaken', approvalId: id });
    expect(stored.at(-1)).toMatchObject({
      outcome: 'allowed',
      by: 'rule',
      feedback: 'The rule at a:1 allows it.',
    });
    expect(await broker.answer({ approvalId: id, requestKey: 'b', by: 'x', answer: reject })).toEqual({
      result: 'already-settled',
      approvalId: id,
      outcome: 'allowed',
      by: 'rule',
    });
    await broker.overtake(approval.approvalId, 'refuse', 'too late');
    expect(stored).toHaveLength(2);
  });

  test('what they refuse now is withdrawn, and an answer that is being saved goes first', async () => {
    const saving = Promise.withResolvers<void>();
    const { broker, stored, question } = openBroker(async (_approval, { line }) => {
      await saving.promise;
      return { line, file: '/rules' };
    });
    const always = { allow: 'A', file: '/rules' };
    const first = await ask(broker, question({ always, scopes: ['once', 'always'] }));
    const second = await ask(broker, question());
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
    const done = broker.answer({ approvalId: first.id, requestKey: 'a', by: 'page', answer });
    const overtaken = Promise.all(
      broker
        .list()
        .map(({ approvalId }) => broker.overtake(approvalId, 'refuse', 'The rule at a:1 forbids it.')),
    );
    saving.resolve();
    expect(await done).toMatchObject({ result: 'accepted' });
    await overtaken;
    expect(await first.settled).toMatchObject({ outcome: 'allowed', by: 'page' });
    expect(await second.settled).toMatchObject({ outcome: 'overtaken' });
    expect(stored.find(({ type }) => type === 'approval/withdrawn')).toMatchObject({
      approvalId: second.id,
      reason: 'refused now: The rule at a:1 forbids it',
    });
  });

  test('an answer to what is no longer shown is not taken', async () => {
    const { broker, question } = openBroker();
    const { id, digest } = await ask(broker, question());
    const request = { approvalId: id, requestKey: 'a', by: 'x', answer: once };
    expect(await broker.answer({ ...request, digest: 'something else' })).toMatchObject({
      result: 'changed',
      digest,
    });
    expect(await broker.answer({ ...request, digest })).toMatchObject({ result: 'accepted' });
  });

  test('what waits altogether can be told in one message; more is not asked', async () => {
    const { broker, question } = openBroker();
    const big = question({
      files: [{ path: '/w/a', change: 'create', patch: `@@\n+${'\u0001'.repeat(330_000)}\n` }],
    });
    const { id } = await ask(broker, big);
    await ask(broker, big);
    await expect(broker.ask(big)).rejects.toThrow(/too many large changes wait/);
    expect(JSON.stringify(broker.list()).length).toBeLessThan(MAX_LINE_CHARS);
    expect(broker.list()).toHaveLength(2);
    await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer: reject });
    await ask(broker, big);
    expect(broker.list()).toHaveLength(2);
  });

  test('critical is once only, whatever was offered', async () => {
    const { broker, question } = openBroker();
    const risk = {
      score: 10,
      level: 'critical' as const,
      rationale: 'deletes the home folder',
      evidence: [],
    };
    const { id } = await ask(broker, question({ risk, scopes: ['once', 'session'] }));
    const wide: ApprovalAnswer = { outcome: 'allowed', scope: 'session' };
    const answered = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer: wide });
    expect(answered.result).toBe('scope-not-offered');
    expect(broker.list()).toHaveLength(1);
  });

  test('once is taken only where it is offered', async () => {
    const { broker, question } = openBroker();
    const { id } = await ask(broker, question({ kind: 'perm', scopes: ['turn', 'session'] }));
    expect(await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer: once })).toMatchObject({
      result: 'scope-not-offered',
      scopes: ['turn', 'session'],
    });
    expect(broker.list()).toHaveLength(1);
  });

  test('a scope that was not offered is not taken, nor an end without a time', async () => {
    const { broker, question } = openBroker();
    const { id } = await ask(broker, question({ scopes: ['once', 'until'] }));
    for (const scope of ['turn', 'until', 'always'] as const) {
      const answer: ApprovalAnswer = { outcome: 'allowed', scope };
      expect((await broker.answer({ approvalId: id, requestKey: scope, by: 'x', answer })).result).toBe(
        'scope-not-offered',
      );
    }
  });

  test('time passing refuses: 24 hours later the question is expired', async () => {
    const { broker, clock, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    clock.advance(86_399_999);
    expect(broker.list()).toHaveLength(1);
    clock.advance(1);
    expect(await settled).toEqual({ outcome: 'expired', approvalId: id });
    expect(stored.at(-1)).toEqual({ type: 'approval/expired', approvalId: id });
    const late = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer: once });
    expect(late).toMatchObject({ result: 'already-settled', outcome: 'expired' });
  });

  test('an expiry longer than the longest timer does not fire early', async () => {
    const { broker, clock, question } = openBroker();
    const days = 60;
    const longestTimerMs = 2_147_483_647;
    expect(days * 86_400_000).toBeGreaterThan(longestTimerMs);
    await ask(broker, question({ expiryMs: days * 86_400_000 }));
    clock.advance((days - 1) * 86_400_000);
    expect(broker.list()).toHaveLength(1);
    clock.advance(86_400_000);
    expect(broker.list()).toHaveLength(0);
  });

  test('an asker that is gone withdraws its question', async () => {
    const { broker, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    const [approval] = broker.list();
    if (!approval) throw new Error('no question');
    await broker.withdraw(approval.approvalId, 'gone');
    expect(await settled).toEqual({ outcome: 'withdrawn', approvalId: id, reason: 'gone' });
  });

  test('a prefix answers when it is the only one, with or without the kind', async () => {
    const { broker, question } = openBroker();
    const first = await ask(broker, question());
    await ask(broker, question({ kind: 'edit' }));
    const suffix = first.id.slice('cmd-'.length, 'cmd-'.length + 5);
    const answered = await broker.answer({ approvalId: suffix, requestKey: 'a', by: 'x', answer: once });
    expect(answered).toEqual({ result: 'accepted', approvalId: first.id });
    expect(await broker.answer({ approvalId: 'cmd-zzzz', requestKey: 'b', by: 'x', answer: once })).toEqual({
      result: 'unknown',
      approvalId: 'cmd-zzzz',
    });
  });

  test('a history that cannot be written settles nothing as allowed', async () => {
    const { broker, failures, question } = openBroker();
    const { id, settled } = await ask(broker, question());
    failures.isBroken = true;
    await expect(broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer: once })).rejects.toThrow(
      'disk full',
    );
    await expect(settled).rejects.toThrow('disk full');
    await expect(broker.ask(question())).rejects.toThrow('disk full');
    expect(broker.list()).toEqual([]);
  });
});
