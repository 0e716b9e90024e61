import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import type { Approval } from '../../src/protocol/index.ts';
import { allowOnce, makeFolder, rejectWith } from '../support/real-engine.ts';
import { SessionDriver } from '../support/session-driver.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let page: SessionDriver;
beforeEach(async () => {
  page = await SessionDriver.start();
});
afterEach(() => page.stop());

describe('a question in its context', () => {
  it('is told before and after the answer', async () => {
    mkdirSync(join(page.folder.path, 'dist', 'deep'), { recursive: true });
    writeFileSync(join(page.folder.path, 'dist', 'a'), 'x'.repeat(1000));
    writeFileSync(join(page.folder.path, 'dist', 'deep', 'b'), 'x'.repeat(1048));
    const script = 'cd . && ls && rm -rf dist || echo "told no"';
    const { sessionId } = await page.start(script, { askForApproval: 'untrusted' });
    const asked = await page.question(sessionId);
    const open = await page.real.engine.describeApproval(asked.approvalId);
    expect(open.approval).toEqual(asked);
    expect(open.settled).toBeNull();
    const { context } = open;
    expect(context).toMatchObject({
      sentence: 'Run a command that deletes a folder',
      sessionTitle: script,
      agentName: 'script',
      turn: 1,
      stepNumber: 3,
      stepCount: 4,
      ifRejected: 'The command does not run and its caller gets status 126; what follows || runs instead.',
    });
    expect(context?.steps.map(({ text, operator, state }) => [text, operator, state])).toEqual([
      ['cd .', '&&', 'done'],
      ['ls', '&&', 'done'],
      ['rm -rf dist', '||', 'here'],
      ['echo "told no"', '', 'later'],
    ]);
    expect(context?.steps[1]).toMatchObject({ outcome: 'ran', exitCode: 0, durationMs: expect.any(Number) });
    expect(context?.effects).toEqual([
      { kind: 'deletes', what: 'dist', detail: '2 files, 2 KB, not in a git repository', place: 'inside' },
      { kind: 'reads' },
      { kind: 'network' },
      { kind: 'secrets' },
    ]);
    await page.answer(asked, rejectWith('keep it'));
    await page.closed(sessionId);
    const after = await page.real.engine.describeApproval(asked.approvalId);
    expect(after.approval).toEqual(asked);
    expect(after.settled).toMatchObject({
      approvalId: asked.approvalId,
      sessionId,
      outcome: 'rejected',
      by: 'page',
      feedback: 'keep it',
    });
    expect(after.context?.steps.map((step) => step.state)).toEqual(['done', 'done', 'here', 'done']);
    expect(after.context?.steps[2]?.outcome).toBe('rejected');
    expect(after.context?.effects[0]).toMatchObject({ detail: 'not in a git repository' });
  });

  it('tells a write that the wall stopped', async () => {
    const outside = makeFolder('outside', '/var/tmp');
    const file = join(outside.path, 'x');
    // the program itself: what a shim of this machine starts would be a step that nobody wrote
    const { sessionId } = await page.start(`/usr/bin/python3 -c "open('${file}', 'w')" ; true`);
    const asked = await page.question(sessionId);
    const { context } = await page.real.engine.describeApproval(asked.approvalId);
    expect(context).toMatchObject({
      sentence: 'Write a file outside the workspace',
      stepNumber: 1,
      ifRejected: 'Nothing is written there; the program that tried is told and may go on.',
    });
    expect(context?.effects[0]).toMatchObject({
      kind: 'writes',
      what: file,
      place: 'outside',
      detail: 'new',
    });
    await page.answer(asked, rejectWith('no'));
    await page.closed(sessionId);
    outside.remove();
  });

  it('says that the shell alone asks where there is no wall', async () => {
    const { sessionId } = await page.start('touch a', {
      sandbox: 'danger-full-access',
      typedWord: 'danger',
      askForApproval: 'untrusted',
    });
    const asked = await page.question(sessionId);
    const { context } = await page.real.engine.describeApproval(asked.approvalId);
    expect(context?.notices.join('\n')).toContain('There is no wall');
    expect(context?.notices.join('\n')).toContain('by the shell');
    await page.answer(asked, allowOnce);
    await page.closed(sessionId);
  });

  it('knows nothing of an ID that was never given', async () => {
    const [unknown] = ['cmd-00000000'] as Approval['approvalId'][];
    if (unknown === undefined) throw new Error('an ID');
    expect(await page.real.engine.describeApproval(unknown)).toEqual({
      context: null,
      approval: null,
      settled: null,
    });
  });
});

describe('answers of a page', () => {
  it('a changed digest answers nothing, a resend is harmless, the first answer wins', async () => {
    const { sessionId } = await page.start('touch one', { askForApproval: 'untrusted' });
    const asked = await page.question(sessionId);
    expect(await page.answer({ ...asked, digest: 'other' }, allowOnce)).toMatchObject({ result: 'changed' });
    const [first, again] = await Promise.all([
      page.answer(asked, allowOnce, 'k'),
      page.answer(asked, allowOnce, 'k'),
    ]);
    expect([first.result, again.result]).toEqual(['accepted', 'accepted']);
    await page.closed(sessionId);
    expect(await page.answer(asked, allowOnce, 'k')).toMatchObject({ result: 'accepted' });
    expect(await page.answer(asked, rejectWith('late'), 'other')).toMatchObject({
      result: 'already-settled',
      outcome: 'allowed',
      by: 'page',
    });
    expect(page.eventsOf('approval/answered', sessionId)).toHaveLength(1);
  });

  it('are remembered by the next engine', async () => {
    const { sessionId } = await page.start('touch one; touch two', { askForApproval: 'untrusted' });
    const first = await page.question(sessionId);
    await page.answer(first, allowOnce, 'k');
    const second = await page.question(sessionId, 2);
    await page.real.engine.stop();
    const { home } = page.real;
    const engine = await createEngine({ home, runtimeDir: join(home, 'run'), version: '0.0.0-test' });
    const send = ({ approvalId }: Approval, requestKey: string) =>
      engine.answerApproval({ approvalId, requestKey, by: 'page', answer: allowOnce });
    expect(await send(first, 'k')).toMatchObject({ result: 'accepted' });
    expect(await send(first, 'other')).toMatchObject({ result: 'already-settled', outcome: 'allowed' });
    expect(await send(second, 'k')).toMatchObject({ result: 'already-settled', outcome: 'withdrawn' });
    expect(existsSync(join(page.folder.path, 'two'))).toBe(false);
    await engine.stop();
  });
});
