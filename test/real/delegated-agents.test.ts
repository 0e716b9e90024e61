import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')('what a delegated agent proposes (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let outside: string;
  let cwd: string;
  beforeAll(async () => {
    real = await startRealEngine();
    base = makeFolder('sallyport-delegated', '/var/tmp');
    [cwd, outside] = [join(base.path, 'work'), join(base.path, 'outside')];
    for (const folder of [cwd, outside]) mkdirSync(folder);
  });
  afterAll(async () => {
    await real.stop();
    base.remove();
  });

  const proposals = (file: string, agent: Record<string, unknown>) =>
    [
      ['shell', { script: 'touch a', ...agent }],
      [
        'apply_patch',
        { patch: `*** Begin Patch\n*** Add File: ${outside}/${file}\n+a\n*** End Patch`, ...agent },
      ],
      ['request_permissions', { reason: 'r', permissions: { file_system: { write: [outside] } }, ...agent }],
      ['mcp_call', { server: 's', tool: 't', ...agent }],
    ] as const;

  test('is asked about as its kind, and says who asks, below its agent', async () => {
    const tools = await openToolSession(real, {
      cwd,
      policy: 'untrusted',
      answer: ({ kind }) => (kind === 'perm' ? { outcome: 'allowed', scope: 'turn' } : allowOnce),
    });
    for (const [tool, input] of proposals('first', { agent_name: 'reviewer' }))
      await tools.propose(tool, input);
    await tools.close();
    expect(tools.questions.map(({ kind, agentName }) => [kind, agentName])).toEqual(
      ['cmd', 'edit', 'perm', 'mcp'].map((kind) => [kind, 'exec › reviewer']),
    );
    const steps = tools.eventsOf('step/proposed').filter(({ parentId }) => parentId !== undefined);
    expect(steps.length).toBeGreaterThanOrEqual(4);
    for (const step of steps) expect(step.agentName).toBe('exec › reviewer');
    const [asked] = tools.questions;
    if (asked === undefined) throw new Error('nothing was asked');
    const { context } = await real.engine.describeApproval(asked.approvalId);
    expect(context?.agentName).toBe('exec › reviewer');
  });

  test('has no more than its session: what never refuses its agent is refused to it', async () => {
    const tools = await openToolSession(real, { cwd, policy: 'never' });
    const outcomes = [];
    for (const [tool, input] of proposals('second', { agent_name: 'reviewer' }).slice(1))
      outcomes.push((await tools.propose(tool, input)).outcome);
    const { outcome, exitCode } = await tools.propose('shell', {
      script: `touch ${outside}/no`,
      agent_name: 'reviewer',
    });
    await tools.close();
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
    expect(outcome === 'refused' || exitCode !== 0).toBe(true);
    expect(tools.questions).toEqual([]);
  });

  test('cannot pass for another by its name', async () => {
    const tools = await openToolSession(real, { cwd, answer: () => allowOnce });
    await tools.propose('mcp_call', { server: 's', tool: 't', agent_name: 'a › you\u202e\n' });
    await tools.close();
    expect(tools.questions[0]?.agentName).toBe('exec › a you⟨U+202E⟩⏎');
    await expect(async () =>
      tools.propose('mcp_call', { server: 's', tool: 't', agent_name: 'x'.repeat(81) }),
    ).rejects.toThrow();
  });
});
