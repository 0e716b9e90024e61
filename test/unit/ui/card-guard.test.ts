import { describe, expect, test } from 'vitest';
import {
  CLOSED_GUARD,
  closeGuard,
  contentKey,
  countsPress,
  GUARD_MS,
  hasMoved,
  opensAt,
  startWaiting,
  takeTyped,
} from '../../../src/ui/inspector/guard.ts';

const painted = startWaiting(closeGuard(CLOSED_GUARD), 1, 1000);
const PLACE = { left: 920, top: 84, width: 360, height: 692 };

describe('a guarded card', () => {
  test('counts nothing before it was painted', () => {
    const guard = closeGuard(CLOSED_GUARD);
    expect(countsPress(guard, { epoch: guard.epoch, atMs: 1e12 })).toBe(false);
    expect(countsPress(CLOSED_GUARD, { epoch: 0, atMs: 1e12 })).toBe(false);
  });

  test.each([
    [0, false],
    [100, false],
    [GUARD_MS - 1, false],
    [GUARD_MS, true],
    [500, true],
    [1e6, true],
  ])('%d ms after it was painted a press counts: %s', (afterMs, counts) => {
    expect(countsPress(painted, { epoch: 1, atMs: 1000 + afterMs })).toBe(counts);
  });

  test('does not count a press that began before a change, however long ago that is', () => {
    const press = { epoch: 1, atMs: 5000 };
    expect(countsPress(painted, press)).toBe(true);
    const changed = closeGuard(painted);
    expect(countsPress(changed, press)).toBe(false);
    const read = startWaiting(changed, changed.epoch, 5100);
    expect(countsPress(read, press)).toBe(false);
    expect(countsPress(read, { epoch: read.epoch, atMs: 5499 })).toBe(false);
    expect(countsPress(read, { epoch: read.epoch, atMs: 5500 })).toBe(true);
  });

  test('is not opened by the paint of a change that was followed by another one', () => {
    const first = closeGuard(painted);
    const second = closeGuard(first);
    expect(startWaiting(second, first.epoch, 2000)).toBe(second);
    expect(countsPress(second, { epoch: second.epoch, atMs: 1e9 })).toBe(false);
  });

  // painted at 1,000: by itself it opens at 1,400
  test.each([
    [[], 1400],
    [[1100], 2100],
    [[1399], 2399],
    [[1400], 1400],
    [[5000], 1400],
    [[1100, 2099], 3099],
    [[1100, 2100], 2100],
    [[1100, 1900, 2800, 3700], 4700],
    // they come in the order in which they were typed; a clock that goes back opens nothing earlier
    [[1300, 1200], 2300],
    // typed before the change was on the screen, and read after
    [[200], 1400],
  ])('typed at %j ms it opens at %d', (keys, opens) => {
    const guard = keys.reduce(takeTyped, painted);
    expect(opensAt(guard)).toBe(opens);
    expect(countsPress(guard, { epoch: 1, atMs: opens - 1 })).toBe(false);
    expect(countsPress(guard, { epoch: 1, atMs: opens })).toBe(true);
  });

  test('stays quiet over a change, and over the paint of it', () => {
    const typed = takeTyped(painted, 1300);
    const changed = closeGuard(typed);
    expect(opensAt(changed)).toBe(Number.POSITIVE_INFINITY);
    expect(opensAt(startWaiting(changed, changed.epoch, 1400))).toBe(2300);
    expect(opensAt(startWaiting(changed, changed.epoch, 2200))).toBe(2600);
    const unpainted = takeTyped(changed, 9000);
    expect(opensAt(startWaiting(unpainted, unpainted.epoch, 9100))).toBe(10_000);
  });

  test('counts no press of which nobody knows when it began', () => {
    expect(countsPress(painted, undefined)).toBe(false);
  });
});

describe('what is a move', () => {
  test.each([
    [{ ...PLACE, top: 86 }, true],
    [{ ...PLACE, left: 900 }, true],
    [{ ...PLACE, width: 324 }, true],
    [{ ...PLACE, height: 600 }, true],
    [{ ...PLACE, top: 84.4, left: 920.5 }, false],
    [PLACE, false],
  ])('%j: %s', (now, moved) => {
    expect(hasMoved(PLACE, now)).toBe(moved);
  });

  test('what stood nowhere has moved', () => {
    expect(hasMoved(undefined, PLACE)).toBe(true);
  });
});

test('another digest or risk is another content', () => {
  const asked = { approvalId: 'cmd-00000001', digest: 'a', risk: null };
  expect(contentKey([asked])).toBe(contentKey([{ ...asked }]));
  expect(contentKey([asked])).not.toBe(contentKey([{ ...asked, digest: 'b' }]));
  expect(contentKey([asked])).not.toBe(contentKey([{ ...asked, risk: { score: 9 } }]));
});
