import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { serveLocally } from '../support/small-registries.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const PATIENCE = { timeout: 40_000, interval: 20 };
const allowed = { outcome: 'allowed', scope: 'once' } as const;

describe.skipIf(process.platform !== 'linux')('a published port of launches at the same time (Linux)', () => {
  let engine: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;
  let tools: ToolSession;
  let port: number;
  beforeEach(async () => {
    const probe = await serveLocally((_request, response) => response.end());
    port = probe.port;
    await probe.close();
    engine = await startRealEngine();
    workspace = makeFolder();
    mkdirSync(join(workspace.path, 'site'));
    tools = await openToolSession(engine, { cwd: workspace.path, flags: { publish: [String(port)] } });
  });
  afterEach(async () => {
    await tools.close();
    await engine.stop();
    workspace.remove();
  });

  const until = (name: string): string => `until [ -e ${name} ]; do sleep 0.05; done`;
  const make = (name: string): void => writeFileSync(join(workspace.path, name), '');
  const serve = (): string => `cd site; /usr/bin/python3 -m http.server ${port} > /dev/null 2>&1 & cd ..`;
  const started = (count: number): Promise<unknown> =>
    vi.waitFor(() => expect(tools.eventsOf('step/started').length).toBeGreaterThanOrEqual(count), PATIENCE);
  const canConnect = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
    });

  it('is asked about for the next one when the first ends before the answer', async () => {
    const first = tools.propose('shell', { script: until('end-first') });
    await started(1);
    const second = tools.propose('shell', { script: `${serve()}; ${until('end-second')}; kill %1` });
    const asked = await tools.asked();
    expect(asked.text).toContain(`open port ${port}`);
    make('end-first');
    await first;
    const again = await tools.asked(2);
    expect(tools.eventsOf('approval/withdrawn').map(({ approvalId }) => approvalId)).toEqual([
      asked.approvalId,
    ]);
    expect(again.text).toBe(asked.text);
    expect(again.stepId).not.toBe(asked.stepId);
    await tools.answer(again, allowed);
    await vi.waitFor(async () => expect(await canConnect()).toBe(true), PATIENCE);
    make('end-second');
    await second;
    expect(tools.questions).toHaveLength(2);
  });

  it('is not asked about again for the next one when it was rejected, and its question ends with its server', async () => {
    const first = tools.propose('shell', { script: until('end-first') });
    await started(1);
    const second = tools.propose('shell', {
      script: `${serve()}; ${until('stop')}; kill %1; wait; touch stopped; ${until('again')}; ${serve()}; ${until('end-second')}; kill %2`,
    });
    const asked = await tools.asked();
    make('stop');
    await vi.waitFor(
      () => expect(tools.eventsOf('approval/withdrawn')).toMatchObject([{ approvalId: asked.approvalId }]),
      PATIENCE,
    );
    make('again');
    await tools.answer(await tools.asked(2), { outcome: 'rejected' });
    make('end-first');
    await first;
    make('end-second');
    await second;
    expect(tools.questions).toHaveLength(2);
  });
});
