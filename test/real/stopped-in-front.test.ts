import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')('a script that is stopped before it begins (Linux)', () => {
  let engine: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;
  beforeEach(async () => {
    engine = await startRealEngine();
    workspace = makeFolder();
  });
  afterEach(async () => {
    await engine.stop();
    workspace.remove();
  });

  it.each(['script', 'program'] as const)('by a signal while its question waits: a %s', async (form) => {
    const tools = await openToolSession(engine, { cwd: workspace.path, policy: 'untrusted' });
    const { session } = tools;
    const running = form === 'script' ? session.exec('if then; touch made') : session.run(['touch', 'made']);
    const { approvalId } = await tools.asked();
    session.signal('SIGINT');
    const message = 'stopped by SIGINT before it began';
    expect(await running).toMatchObject({ outcome: 'cancelled', exitCode: 125, message });
    expect(tools.eventsOf('approval/withdrawn')).toMatchObject([{ approvalId, reason: message }]);
    expect(tools.eventsOf('step/started')).toEqual([]);
    expect(tools.eventsOf('turn/ended')).toMatchObject([{ outcome: 'stopped' }]);
    await tools.close();
  });

  it('because a later question of it is refused: what was allowed before ends too', async () => {
    const tools = await openToolSession(engine, { cwd: workspace.path, policy: 'untrusted' });
    const running = tools.session.run(['sh', '-c', 'echo a > one.txt; echo b > two.txt']);
    const first = await tools.asked();
    await tools.answer(first, { outcome: 'allowed', scope: 'once' });
    const second = await tools.asked(2);
    await tools.answer(second, { outcome: 'rejected' });
    expect(await running).toMatchObject({ outcome: 'refused', exitCode: 126 });
    const ends = tools.eventsOf('step/finished');
    expect(ends.filter(({ runId }) => runId === first.runId)).toMatchObject([
      { outcome: 'skipped', feedback: 'nothing began: another part was refused' },
    ]);
    expect(ends.filter(({ runId }) => runId === second.runId)).toMatchObject([{ outcome: 'rejected' }]);
    await tools.close();
  });

  it('by a signal while its session is paused', async () => {
    const tools = await openToolSession(engine, { cwd: workspace.path });
    await engine.engine.pauseSession(tools.session.sessionId, true, 'test');
    const running = tools.session.exec('true');
    await vi.waitFor(() => expect(tools.eventsOf('step/judged')).toHaveLength(1), { timeout: 20_000 });
    await vi.waitFor(async () => {
      tools.session.signal('SIGTERM');
      expect(await Promise.race([running, undefined])).toMatchObject({ outcome: 'cancelled' });
    });
    expect(tools.eventsOf('step/started')).toEqual([]);
    await tools.close();
  });
});
