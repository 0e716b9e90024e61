import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type InboxKey, readInboxKey } from '../../../src/ui/inbox/inbox-keys.ts';
import type { StopItem } from '../../../src/ui/inbox/list-items.ts';
import { findNextHigh, keepCursor, listRange, moveBy } from '../../../src/ui/inbox/move-cursor.ts';
import { KEY_TABLE, nameKey } from '../../../src/ui/shell/key-table.ts';
import { idOf, NOW, requestOf, sessionOf } from './inbox-requests.ts';

// there is no page here: no target of a key is an element
beforeAll(() => vi.stubGlobal('Element', class {}));

const stopOf = (number: number, score: number | null = 2, isSettled = false): StopItem => ({
  kind: 'request',
  key: idOf(number),
  approval: requestOf(number, { score }),
  isOfScript: false,
  ...(isSettled && {
    settled: {
      approvalId: idOf(number),
      sessionId: sessionOf(1),
      outcome: 'withdrawn',
      settledAt: NOW,
    },
  }),
});
const keyOf = (number: number | undefined): string | undefined =>
  number === undefined ? undefined : idOf(number);

describe('cursor', () => {
  const stops = [1, 2, 3].map((number) => stopOf(number));
  it.each<[number | undefined, 1 | -1, number]>([
    [undefined, 1, 1],
    [undefined, -1, 3],
    [1, 1, 2],
    [3, 1, 3],
    [1, -1, 1],
    [9, 1, 1],
  ])('from %s by %i to %i', (from, by, to) => {
    expect(moveBy(stops, keyOf(from), by)).toBe(keyOf(to));
  });

  it('has nowhere to go in an empty list', () => {
    expect(moveBy([], undefined, 1)).toBeUndefined();
    expect(findNextHigh([], undefined)).toBeUndefined();
  });

  it.each<[number | undefined, number | undefined]>([
    [undefined, 2],
    [2, 5],
    [5, 2],
    [4, 5],
  ])('next high after %s is %s', (from, to) => {
    const some = [stopOf(1), stopOf(2, 7), stopOf(3, 9, true), stopOf(4, null), stopOf(5, 6)];
    expect(findNextHigh(some, keyOf(from))).toBe(keyOf(to));
  });

  it('finds a flood that holds something high', () => {
    const approvals = [requestOf(8, { score: 7 })];
    const flood: StopItem = {
      kind: 'flood',
      key: 'flood x',
      sessionId: sessionOf(1),
      flood: { approvals, lines: [], spanMs: 0 },
    };
    expect(findNextHigh([stopOf(1), flood], idOf(1))).toBe('flood x');
  });

  it.each<[number[], number[], number | undefined, number | undefined]>([
    [[1, 2, 3], [1, 2, 3], 2, 2],
    [[1, 2, 3], [1, 3], 2, 3],
    [[1, 2, 3], [1, 2], 3, 2],
    [[1, 2, 3], [1], 2, 1],
    [[1], [], 1, undefined],
    [[], [], 4, 4],
    [[1, 2], [1, 2], undefined, undefined],
  ])('stays where it was: %j then %j, %s to %s', (before, now, from, to) => {
    const list = (numbers: number[]) => numbers.map((number) => stopOf(number));
    expect(keepCursor(list(before), list(now), keyOf(from))).toBe(keyOf(to));
  });

  it('takes a range both ways, without what is settled', () => {
    const some = [stopOf(1), stopOf(2), stopOf(3, 2, true), stopOf(4), stopOf(5)];
    const numbers = (from: number | undefined, to: number) =>
      listRange(some, keyOf(from), idOf(to)).map(({ key }) => Number(key.slice(-8)));
    expect(numbers(2, 4)).toEqual([2, 4]);
    expect(numbers(4, 1)).toEqual([1, 2, 4]);
    expect(numbers(undefined, 4)).toEqual([4]);
    expect(numbers(9, 4)).toEqual([4]);
  });
});

const press = (key: string, parts: object = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
  defaultPrevented: false,
  target: null,
  ...parts,
});
const read = (key: string, parts: object = {}, options: object = {}): InboxKey | undefined =>
  readInboxKey(press(key, parts), { hasLetterKeys: true, isOnControl: false, ...options });

describe('keys of the list', () => {
  it.each<[string, InboxKey | undefined]>([
    ['j', 'next'],
    ['ArrowDown', 'next'],
    ['k', 'previous'],
    ['ArrowUp', 'previous'],
    ['Enter', 'open'],
    ['x', 'select'],
    [' ', 'select'],
    ['X', 'range'],
    ['u', 'next-high'],
    ['g', 'group'],
    ['/', 'filter'],
    ['z', 'snooze'],
    ['p', 'pause'],
    // answers act on an open card that has the focus, never on the list
    ['a', undefined],
    ['r', undefined],
    ['f', undefined],
    ['s', undefined],
  ])('%j: %s', (key, meaning) => {
    expect(read(key)).toBe(meaning);
  });

  it.each([
    { ctrlKey: true },
    { altKey: true },
    { metaKey: true },
    { isComposing: true },
    { defaultPrevented: true },
  ])('mean nothing with %j', (parts) => {
    for (const key of ['j', 'x', 'Enter', 'ArrowDown']) expect(read(key, parts)).toBeUndefined();
  });

  it('letters can be turned off; arrows and Enter stay', () => {
    const off = { hasLetterKeys: false };
    expect(read('j', {}, off)).toBeUndefined();
    expect(read('ArrowDown', {}, off)).toBe('next');
    expect(read('Enter', {}, off)).toBe('open');
  });

  it('Enter, space and arrows belong to a button that has the focus; letters do not', () => {
    const onButton = { isOnControl: true };
    for (const key of ['Enter', ' ', 'ArrowDown']) expect(read(key, {}, onButton)).toBeUndefined();
    expect(read('j', {}, onButton)).toBe('next');
  });

  it('are all in the table of keys', () => {
    const inbox =
      KEY_TABLE.find(({ title }) => title === 'In the inbox')?.lines.flatMap(({ keys }) => keys) ?? [];
    expect(inbox.length).toBeGreaterThan(8);
    for (const key of inbox) {
      const pressed = key === '⇧X' ? 'X' : key === 'Enter' ? key : key.toLowerCase();
      expect(read(pressed), key).toBeDefined();
    }
  });

  it('are named as the keyboard has them', () => {
    expect([nameKey('Mod+J', 'mac'), nameKey('Mod+J', 'other'), nameKey('X', 'mac')]).toEqual([
      '⌘J',
      'Ctrl J',
      'X',
    ]);
  });
});
