import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

describe.skipIf(process.platform !== 'linux')('why a run was judged as it was (Linux)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  test('is told of each run by the history, with its own words', async () => {
    const folder = makeFolder();
    const ran = await real.run('mkdir a && touch b', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: (approval) => (approval.argv?.[0] === 'mkdir' ? allowOnce : rejectWith('no')),
    });
    folder.remove();
    const [first, second] = ran.questions;
    if (first?.runId === undefined || second?.runId === undefined) throw new Error('two questions with runs');
    const { sessionId } = first;
    const explained = real.engine.explainRun({ sessionId, runId: first.runId }).explanation;
    expect(explained?.judgement).toMatchObject({ verdict: 'ask', category: 'inside' });
    expect(explained?.judgement.reasons.map(({ text }) => text)).toEqual(
      first.reasons.map(({ text }) => text),
    );
    expect(explained?.alternatives.map(({ verdict }) => verdict)).toContain('allow');
    const other = real.engine.explainRun({ sessionId, runId: second.runId }).explanation;
    expect(other?.judgement.verdict).toBe('ask');
  });

  test('is nothing for a run that the session does not have', async () => {
    const folder = makeFolder();
    const ran = await real.run('touch a', { cwd: folder.path, policy: 'untrusted', answer: () => allowOnce });
    const elsewhere = await real.run('touch b', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowOnce,
    });
    folder.remove();
    const [question] = ran.questions;
    const [other] = elsewhere.questions;
    if (question?.runId === undefined || other === undefined) throw new Error('a question each');
    expect(real.engine.explainRun({ sessionId: other.sessionId, runId: question.runId })).toEqual({
      explanation: null,
    });
  });
});
