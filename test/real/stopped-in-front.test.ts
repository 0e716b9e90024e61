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
