import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowOnce, rejectWith } from '../support/real-engine.ts';
import { SessionDriver } from '../support/session-driver.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let page: SessionDriver;
beforeEach(async () => {
  page = await SessionDriver.start();
});
afterEach(() => page.stop());

describe('a paused session', () => {
  const going = 'until [ -e go ]; do sleep 0.05; done; touch one; touch two';

  function paths(): boolean[] {
    return ['one', 'two'].map((name) => existsSync(join(page.folder.path, name)));
  }

  it('holds new programs until it goes on', async () => {
    const { sessionId } = await page.start(going);
    await vi.waitFor(() => expect(page.eventsOf('step/started', sessionId).length).toBeGreaterThan(2));
    await page.pause(sessionId, true, 'page');
    writeFileSync(join(page.folder.path, 'go'), '');
    const before = page.eventsOf('step/started', sessionId).length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(paths()).toEqual([false, false]);
    // What was on its way past the gate may still have been told.
    expect(page.eventsOf('step/started', sessionId).length).toBeLessThanOrEqual(before + 1);
    await page.pause(sessionId, true, 'page');
    await page.pause(sessionId, false, 'tray');
    await page.closed(sessionId);
    expect(paths()).toEqual([true, true]);
    expect(page.eventsOf('session/paused', sessionId).map((event) => event.by)).toEqual(['page']);
    expect(page.eventsOf('session/resumed', sessionId).map((event) => event.by)).toEqual(['tray']);
    const resumed = page.eventsOf('session/resumed', sessionId)[0]?.seq ?? 0;
    const paused = page.eventsOf('session/paused', sessionId)[0]?.seq ?? 0;
    const between = page
      .eventsOf('step/started', sessionId)
      .filter((event) => event.seq > paused && event.seq < resumed);
    expect(between).toEqual([]);
  });

  it('takes answers, and what was allowed waits all the same', async () => {
    const { sessionId } = await page.start('touch one', { askForApproval: 'untrusted' });
    const asked = await page.question(sessionId);
    await page.pause(sessionId, true, 'page');
    expect(await page.answer(asked, allowOnce)).toMatchObject({ result: 'accepted' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(join(page.folder.path, 'one'))).toBe(false);
    await page.pause(sessionId, false, 'page');
    await page.closed(sessionId);
    expect(existsSync(join(page.folder.path, 'one'))).toBe(true);
  });

  it('keeps a whole pipeline waiting', async () => {
    const { sessionId } = await page.start('touch one | touch two', { askForApproval: 'untrusted' });
    const first = await page.question(sessionId, 2);
    expect(await page.answer(first, allowOnce)).toMatchObject({ result: 'accepted' });
    const second = await page.question(sessionId, 2);
    await vi.waitFor(() => expect(page.eventsOf('step/started', sessionId).length).toBe(2));
    await page.pause(sessionId, true, 'page');
    expect(await page.answer(second, rejectWith('no'))).toMatchObject({ result: 'accepted' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(paths()).toEqual([false, false]);
    await page.pause(sessionId, false, 'page');
    await page.closed(sessionId);
    expect(paths()).toEqual([true, false]);
  });

  it('can be closed; what waited is cancelled', async () => {
    const { sessionId } = await page.start(going);
    await vi.waitFor(() => expect(page.eventsOf('step/started', sessionId).length).toBeGreaterThan(2));
    await page.pause(sessionId, true, 'page');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await page.real.engine.findSession(sessionId)?.close('closed-by-opener');
    await page.closed(sessionId);
    const ends = page.eventsOf('step/finished', sessionId).map((event) => event.outcome);
    expect(ends).toContain('cancelled');
    expect(page.events.at(-1)?.type).toBe('session/closed');
    await expect(page.pause(sessionId, false, 'page')).rejects.toMatchObject({
      code: 'no-such-session',
    });
  });
});
