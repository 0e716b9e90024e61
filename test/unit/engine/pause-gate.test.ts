import { describe, expect, it } from 'vitest';
import { PauseGate } from '../../../src/engine/session/pause-gate.ts';

const never = new AbortController().signal;

/** What has come of it by now. */
function watch(waiting: Promise<string>): () => Promise<string> {
  let state = 'waiting';
  void waiting.then((going) => {
    state = going;
  });
  return async () => {
    await new Promise((settle) => setImmediate(settle));
    return state;
  };
}

describe('the gate of a paused session', () => {
  it('lets through at once where nothing is paused', async () => {
    expect(await new PauseGate().whenGoing(never)).toBe('going');
  });

  it('holds what comes until it opens, and again when it is closed before they woke', async () => {
    const gate = new PauseGate();
    gate.close();
    const first = watch(gate.whenGoing(never));
    const second = watch(gate.whenGoing(never));
    expect([await first(), await second()]).toEqual(['waiting', 'waiting']);
    gate.open();
    gate.close();
    expect([await first(), await second()]).toEqual(['waiting', 'waiting']);
    gate.open();
    expect([await first(), await second()]).toEqual(['going', 'going']);
  });

  it('ends what waits, and what comes later', async () => {
    const gate = new PauseGate();
    gate.close();
    const waiting = watch(gate.whenGoing(never));
    gate.end();
    expect(await waiting()).toBe('ended');
    gate.open();
    expect(await gate.whenGoing(never)).toBe('ended');
  });

  it('gives up one whose asker has gone, and no other', async () => {
    const gate = new PauseGate();
    gate.close();
    const leaving = new AbortController();
    const gone = watch(gate.whenGoing(leaving.signal));
    const other = watch(gate.whenGoing(never));
    leaving.abort();
    expect([await gone(), await other()]).toEqual(['gone', 'waiting']);
    expect(await gate.whenGoing(leaving.signal)).toBe('gone');
  });
});
