import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type MethodName, methods, PAGE_METHODS } from '../../../src/protocol/index.ts';
import { asked } from '../timeline/event-sample.ts';
import { ids, message, PageEnd } from './page-end.ts';

describe('rights', () => {
  const forbidden = (Object.keys(methods) as MethodName[]).filter((method) => !PAGE_METHODS.includes(method));

  it('of a page are those of the list, and all else does not exist for it', async () => {
    const page = await PageEnd.ready();
    const unknown = await page.faultOf('no/such' as MethodName);
    expect(unknown).toMatchObject({ code: 'unknown-method' });
    expect(forbidden).toContain('session/exec');
    for (const method of forbidden) {
      expect(await page.faultOf(method), method).toEqual(unknown);
      expect(await page.faultOf(method, { nonsense: true }), method).toEqual(unknown);
    }
    for (const method of PAGE_METHODS) {
      expect((await page.faultOf(method, { nonsense: true }))?.code, method).not.toBe('unknown-method');
    }
    expect(page.engine.calls).toEqual([]);
  });

  it('are given up for good', async () => {
    const program = await PageEnd.ready('control');
    expect(await program.faultOf('event/subscribe')).toBeUndefined();
    await program.hello('page');
    await program.hello('control');
    for (const method of forbidden)
      expect((await program.faultOf(method))?.code, method).toBe('unknown-method');
    const sessionId = program.openSession();
    await program.call('session/pause', { sessionId, isPaused: true });
    expect(program.engine.calls).toEqual(['pause by page']);
  });

  it('are not gained by saying so', async () => {
    const page = await PageEnd.open('page');
    await page.hello('control');
    expect((await page.faultOf('engine/stop'))?.code).toBe('unknown-method');
  });

  it('come after hello only', async () => {
    const page = await PageEnd.open('page');
    for (const method of ['overview/watch', 'demo/start', 'approval/list'] as const) {
      expect(await page.faultOf(method), method).toMatchObject({ code: 'hello-first' });
    }
  });

  it('do not let a page choose its name', async () => {
    const [page, approvalId] = [await PageEnd.ready(), ids.approval('cmd')];
    const answer = { outcome: 'rejected' } as const;
    await page.call('approval/answer', {
      approvalId,
      digest: 'd',
      requestKey: 'k',
      by: 'terminal:1',
      answer,
    });
    await page.call('grant/revoke', { grantId: ids.grant(), by: 'cli' });
    expect(page.engine.answers.map((given) => given.by)).toEqual(['page']);
    expect(page.engine.calls).toEqual([expect.stringMatching(/^revoke grant-\w+ by page$/)]);
  });

  it('do not let a page answer what it did not show', async () => {
    const [page, approvalId] = [await PageEnd.ready(), ids.approval('cmd')];
    const blind = { approvalId, requestKey: 'k', by: 'page', answer: { outcome: 'allowed', scope: 'once' } };
    expect(await page.faultOf('approval/answer', blind)).toMatchObject({ code: 'bad-params' });
    expect(page.engine.answers).toEqual([]);
    expect(await page.faultOf('approval/answer', { ...blind, digest: 'd' })).toBeUndefined();
    expect(page.engine.answers).toHaveLength(1);
  });

  it('let a program say who it is', async () => {
    const [program, approvalId] = [await PageEnd.ready('control'), ids.approval('cmd')];
    const answer = { outcome: 'rejected' } as const;
    await program.call('approval/answer', { approvalId, requestKey: 'k', by: 'terminal:1', answer });
    expect(program.engine.answers.map((given) => given.by)).toEqual(['terminal:1']);
  });

  it('to the address of the page: where there is one', async () => {
    expect(await (await PageEnd.ready('control')).faultOf('web/open')).toMatchObject({ code: 'no-web' });
  });
});

describe('the address of the page', () => {
  it('is made for programs', async () => {
    const program = await PageEnd.ready('control', {
      openWeb: async (port) => `http://sp.localhost:${port}/`,
    });
    expect(await program.call('web/open', { port: 7 })).toEqual({ url: 'http://sp.localhost:7/' });
  });
});

describe('the overview', () => {
  it('is a snapshot, then what was asked and settled, at once', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession();
    const snapshot = await page.call('overview/watch', { mayAnswer: true });
    expect(snapshot).toMatchObject({
      about: { pid: 1 },
      approvals: [],
      sessions: [{ sessionId, state: 'open' }],
    });
    expect(page.engine.answerers.size).toBe(1);
    const question = asked(ids.step(), ids.run(), 'rm -rf data');
    const { approvalId } = question;
    page.engine.addEvents(sessionId, [question]);
    await vi.waitFor(() => expect(page.overviewChanged.flatMap((told) => told.approvals)).toHaveLength(1));
    expect(page.overviewChanged[0]?.approvals[0]).toMatchObject({
      approvalId,
      sessionId,
      text: 'rm -rf data',
    });
    const answered = {
      type: 'approval/answered',
      approvalId,
      outcome: 'allowed',
      by: 'cli',
      requestKey: 'k',
    } as const;
    page.engine.addEvents(sessionId, [{ ...answered, scope: 'once' }]);
    await vi.waitFor(() => expect(page.overviewChanged.flatMap((told) => told.settled)).toHaveLength(1));
    const settled = page.overviewChanged.flatMap((told) => told.settled);
    expect(settled).toEqual([
      { approvalId, sessionId, outcome: 'allowed', by: 'cli', scope: 'once', settledAt: 1 },
    ]);
    const editedText = `ls ${'x'.repeat(20_000)}`;
    page.engine.addEvents(sessionId, [{ ...answered, outcome: 'edited', editedText }]);
    await vi.waitFor(() => expect(page.overviewChanged.flatMap((told) => told.settled)).toHaveLength(2));
    const told = page.overviewChanged.flatMap((each) => each.settled).at(-1);
    expect(told?.editedText).toMatch(/^ls x{7897} … \(12103 more characters\)$/);
  });

  it('tells a head at most four times a second, and the last one always', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession();
    await page.call('overview/watch', {});
    for (let i = 0; i < 60; i++) {
      page.engine.addEvents(sessionId, [message(`${i}`)]);
      await delay(10);
    }
    const heads = () => page.overviewChanged.flatMap((told) => told.sessions);
    await vi.waitFor(() => expect(heads().at(-1)?.lastSeq).toBe(61));
    expect(heads().length).toBeLessThan(8);
    expect(heads().length).toBeGreaterThan(1);
  });

  it('gives a slow reader what is newest, and loses no question', async () => {
    const page = await PageEnd.ready();
    const sessionId = page.openSession();
    await page.call('overview/watch', {});
    page.socket.pause();
    const questions = Array.from({ length: 300 }, () => asked(ids.step(), ids.run(), 'x'.repeat(20_000)));
    for (const question of questions) page.engine.addEvents(sessionId, [question]);
    await delay(50);
    const { approvalId } = questions[299] ?? {};
    if (approvalId === undefined) throw new Error('300 were asked');
    page.engine.addEvents(sessionId, [{ type: 'approval/expired', approvalId }]);
    page.socket.resume();
    const told = () => page.overviewChanged.flatMap((each) => each.approvals);
    await vi.waitFor(() => expect(told()).toHaveLength(299));
    expect(new Set(told().map((each) => each.approvalId)).size).toBe(299);
    expect(page.overviewChanged.flatMap((each) => each.settled)).toHaveLength(1);
    await vi.waitFor(() =>
      expect(page.overviewChanged.flatMap((each) => each.sessions).at(-1)?.openApprovals).toBe(299),
    );
  });
});

describe('what else a page asks', () => {
  it('reaches the engine', async () => {
    const page = await PageEnd.ready();
    const form = { folder: '~/x', kind: 'script', text: 'ls' } as const;
    expect(await page.call('session/start', form)).toMatchObject({ warnings: [] });
    expect(await page.call('session/preview', form)).toMatchObject({ workspace: '/w' });
    expect(await page.call('folder/list', { typed: '~' })).toEqual({ folders: ['~/a'], exists: true });
    expect(await page.call('demo/start', {})).toMatchObject({ folder: '/tmp/demo' });
    const approvalId = ids.approval('cmd');
    expect(await page.call('approval/context', { approvalId })).toMatchObject({ context: null });
    const output = await page.call('run/output', { runId: ids.run(), stream: 'stdout' });
    expect(output.text).toBe('printed');
    expect(page.engine.calls).toEqual(['start ~/x']);
  });
});
