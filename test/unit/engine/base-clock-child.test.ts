import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createFakeClock, exitStatusOf, waitForChild } from '../../../src/engine/base/index.ts';

describe('createFakeClock', () => {
  it('runs timers in order of their time, also those that timers set', () => {
    const clock = createFakeClock(1000);
    const order: Array<[string, number]> = [];
    clock.setTimer(() => order.push(['late', clock.nowMs()]), 50);
    clock.setTimer(() => {
      order.push(['early', clock.nowMs()]);
      clock.setTimer(() => order.push(['inner', clock.nowMs()]), 10);
    }, 20);
    clock.setTimer(() => order.push(['never', clock.nowMs()]), 500);
    const cancel = clock.setTimer(() => order.push(['cancelled', clock.nowMs()]), 30);
    cancel();
    clock.advance(100);
    expect(order).toEqual([
      ['early', 1020],
      ['inner', 1030],
      ['late', 1050],
    ]);
    expect(clock.nowMs()).toBe(1100);
  });
});

describe('waitForChild', () => {
  it.each([
    { script: 'process.exit(7)', outcome: { kind: 'exited', code: 7 }, status: 7 },
    {
      script: 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 10000)',
      outcome: { kind: 'signalled', signal: 'SIGTERM' },
      status: 143,
    },
  ])('tells $status', async ({ script, outcome, status }) => {
    const result = await waitForChild(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'closed');
    expect(result).toEqual(outcome);
    expect(exitStatusOf(result)).toBe(status);
  });

  it('tells that a program is missing', async () => {
    const result = await waitForChild(spawn('/nonexistent/program', [], { stdio: 'ignore' }));
    expect(result).toMatchObject({ kind: 'failed', code: 'ENOENT' });
    expect(exitStatusOf(result)).toBe(125);
  });
});
