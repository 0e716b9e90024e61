import { describe, expect, it } from 'vitest';
import type { MapMark, TimelineRow } from '../../../src/protocol/index.ts';
import { chipOfFilter, FILTER_CHIPS, withChip, withMinRisk } from '../../../src/ui/session/filter-chips.ts';
import { describeMap, shapesOfMap } from '../../../src/ui/session/minimap-picture.ts';
import { heightOfRow, RowHeights, sizesOfRows } from '../../../src/ui/session/row-layout.ts';
import { headOfScript, tellsRisk, wordingOfRow } from '../../../src/ui/session/row-wording.ts';
import { AT_END, holdAt, offsetOfHold, offsetToShow } from '../../../src/ui/session/scroll-hold.ts';
import { positionAfter, wishOfLetter, wishOfMove } from '../../../src/ui/session/timeline-keys.ts';
import { approvalIdOf, completeRow } from '../../gallery/canned-parts.ts';

const row = (parts: Partial<TimelineRow>): TimelineRow => completeRow(1, 0, parts);
const ASKED = approvalIdOf('cmd', 1);
const tail = (count: number) => ({ lines: Array.from({ length: count }, () => 'x'), moreLines: 0 });

describe('height of a row', () => {
  const sizes = sizesOfRows('compact', 100);
  it.each([
    ['command', row({ outcome: 'ran' }), 24],
    ['turn', row({ kind: 'turn' }), 40],
    ['waiting', row({ outcome: 'waiting' }), 40],
    ['output of one line', row({ kind: 'output', tail: tail(1) }), 31],
    ['output of three lines', row({ kind: 'output', tail: tail(3) }), 65],
    ['output of nothing', row({ kind: 'output', tail: tail(0) }), 24],
    ['command with a tail', row({ tail: tail(3) }), 24],
  ])('%s', (_name, one, height) => {
    expect(heightOfRow(one, sizes)).toBe(height);
  });

  it('grows with density and text, and never shrinks with small text', () => {
    expect(sizesOfRows('comfortable', 100).row).toBe(36);
    expect(sizesOfRows('compact', 150)).toEqual({ row: 36, tall: 54, tailLine: 26 });
    expect(sizesOfRows('compact', 90)).toEqual(sizes);
  });
});

describe('RowHeights', () => {
  const sizes = sizesOfRows('compact', 100);
  it('keeps the height of rows that have gone, and the same layout while none has changed', () => {
    const heights = new RowHeights(sizes);
    const first = heights.learn(new Map([[5000, row({ kind: 'turn' })]]), sizes);
    expect(first.heightAt(5000)).toBe(40);
    expect(first.heightAt(4999)).toBe(24);
    expect(heights.learn(new Map([[5001, row({})]]), sizes)).toBe(first);
    const waiting = heights.learn(new Map([[5001, row({ outcome: 'waiting' })]]), sizes);
    expect(waiting).not.toBe(first);
    expect(waiting.heightAt(5000)).toBe(40);
    const settled = heights.learn(new Map([[5001, row({ outcome: 'rejected' })]]), sizes);
    expect(settled.heightAt(5001)).toBe(24);
  });

  it('begins anew with other sizes', () => {
    const heights = new RowHeights(sizes);
    heights.learn(new Map([[1, row({ kind: 'turn' })]]), sizes);
    const layout = heights.learn(new Map(), sizesOfRows('comfortable', 100));
    expect([layout.heightAt(0), layout.heightAt(1)]).toEqual([36, 36]);
  });
});

describe('what is held', () => {
  const place = { offset: 600, height: 400, whole: 1000 };
  it('is the end when it is in sight, else the topmost row at its distance', () => {
    expect(holdAt(place, { index: 20, start: 590 }, 600)).toBe(AT_END);
    expect(holdAt({ ...place, offset: 597 }, { index: 20, start: 590 }, 600)).toBe(AT_END);
    const up = { ...place, offset: 580 };
    expect(holdAt(up, { index: 20, start: 570 }, 600)).toEqual({ to: 'row', position: 20, fromTop: -10 });
  });

  it('counts as the end a little earlier for who scrolls down to it', () => {
    const near = { ...place, offset: 560 };
    expect(holdAt(near, { index: 20, start: 560 }, 500)).toBe(AT_END);
    expect(holdAt(near, { index: 20, start: 560 }, 600)).not.toBe(AT_END);
  });

  it('stays where it is when rows above grow or rows come below', () => {
    const hold = holdAt({ ...place, offset: 300 }, { index: 10, start: 290 }, 600);
    expect(offsetOfHold(hold, { height: 400, whole: 1500 }, () => 290)).toBe(300);
    expect(offsetOfHold(hold, { height: 400, whole: 1500 }, () => 490)).toBe(500);
    expect(offsetOfHold(AT_END, { height: 400, whole: 1500 }, () => 0)).toBe(1100);
    // fewer rows than fill the view
    expect(offsetOfHold(hold, { height: 400, whole: 300 }, () => 290)).toBe(0);
  });

  it('moves for a row only as far as it must', () => {
    expect(offsetToShow({ start: 700, end: 724 }, place, 'middle')).toBeUndefined();
    expect(offsetToShow({ start: 500, end: 524 }, place, 'nearest')).toBe(500);
    expect(offsetToShow({ start: 1000, end: 1024 }, { ...place, whole: 3000 }, 'nearest')).toBe(624);
    expect(offsetToShow({ start: 2000, end: 2024 }, { ...place, whole: 3000 }, 'middle')).toBe(1812);
    expect(offsetToShow({ start: 0, end: 24 }, place, 'middle')).toBe(0);
  });
});

describe('keys', () => {
  const plain = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false };
  const press = (key: string, parts: Partial<typeof plain & { isComposing: boolean }> = {}) => ({
    ...plain,
    isComposing: false,
    defaultPrevented: false,
    key,
    ...parts,
  });
  it('letters, with Shift for the other direction, also under Caps Lock', () => {
    const next = { wish: 'find', what: 'waiting', direction: 'forward' };
    expect(wishOfLetter(press('n'))).toEqual(next);
    expect(wishOfLetter(press('N'))).toEqual(next);
    const previous = { ...next, direction: 'backward' };
    expect(wishOfLetter(press('N', { shiftKey: true }))).toEqual(previous);
    expect(wishOfLetter(press('n', { shiftKey: true }))).toEqual(previous);
    expect(wishOfLetter(press('['))).toEqual({ wish: 'find', what: 'approval', direction: 'backward' });
    expect(wishOfLetter(press('/', { shiftKey: true }))).toEqual({ wish: 'query' });
  });
  it.each([
    ['ctrlKey', { ctrlKey: true }],
    ['altKey', { altKey: true }],
    ['metaKey', { metaKey: true }],
    ['isComposing', { isComposing: true }],
  ])('nothing with %s', (_name, parts) => {
    expect(wishOfLetter(press('f', parts))).toBeUndefined();
    expect(wishOfMove(press('End', parts))).toBeUndefined();
  });
  it('no key is taken for a member that every object has', () => {
    expect(wishOfLetter(press('toString'))).toBeUndefined();
    expect(wishOfMove(press('constructor'))).toBeUndefined();
  });
  it.each([
    ['up', 5, 4],
    ['down', 9, 9],
    ['page-up', 5, 1],
    ['page-down', 8, 9],
    ['first', 5, 0],
    ['last', 5, 9],
    ['up', undefined, 9],
    ['first', undefined, 0],
  ] as const)('%s from %s leads to %s', (by, from, to) => {
    expect(positionAfter(by, from, { total: 10, pageRows: 4 })).toBe(to);
  });
});

describe('chips', () => {
  it('each is found again in the filter that it makes, whatever else is asked for', () => {
    for (const chip of FILTER_CHIPS) {
      const filter = withChip({ kinds: ['note'], hasApproval: false, minRisk: 3, words: ['x'] }, chip);
      expect(chipOfFilter(filter)).toBe(chip);
      expect(filter).toMatchObject({ minRisk: 3, words: ['x'] });
    }
    expect(chipOfFilter({ kinds: ['note'] })).toBeUndefined();
    expect(chipOfFilter({ kinds: [] })?.name).toBe('all');
    expect(withMinRisk({ minRisk: 6, words: ['x'] }, undefined)).toEqual({ words: ['x'] });
  });
});

describe('minimap', () => {
  it('draws the most telling mark of what falls together, waiting ones last', () => {
    const marks: MapMark[] = [...Array<MapMark>(298).fill('row'), 'waiting', 'rejected'];
    const shapes = shapesOfMap(marks, 100);
    const diamonds = shapes.filter((shape) => shape.form === 'diamond');
    expect(diamonds).toHaveLength(1);
    expect(diamonds[0]).toMatchObject({ look: 'waiting', half: 5 });
    expect(shapes.filter((shape) => shape.form === 'tick')).toHaveLength(25);
    expect(shapes.at(-1)).toMatchObject({ look: 'waiting' });
  });
  it('draws nothing where there is nothing', () => {
    expect(shapesOfMap(['none', 'none'], 100)).toEqual([]);
    expect(shapesOfMap([], 100)).toEqual([]);
    expect(shapesOfMap(['row'], 0)).toEqual([]);
  });
  it('is told in words', () => {
    expect(describeMap(['row', 'waiting', 'blocked', 'rejected'], 4)).toBe(
      'Map of 4 rows, places with: 1 waiting, 2 rejected or blocked',
    );
    expect(describeMap(['row'], 1)).toBe('Map of 1 row');
  });
});

describe('wording', () => {
  it('sets the exact part in mono and the verb before it in plain words', () => {
    expect(wordingOfRow({ kind: 'denial', text: 'write ~/.npmrc' })).toEqual({
      lead: 'write',
      text: '~/.npmrc',
      isExact: true,
    });
    expect(wordingOfRow({ kind: 'network', text: 'example.org:443' }).lead).toBeUndefined();
    expect(wordingOfRow({ kind: 'command', text: 'write x' })).toMatchObject({
      text: 'write x',
      isExact: true,
    });
  });
  it('heads a script with the first line that says something', () => {
    expect(headOfScript('\n  \nset -e\nnpm test\n')).toEqual({ line: 'set -e', moreLines: 1 });
    expect(headOfScript('')).toEqual({ line: '', moreLines: 0 });
  });
  it('tells a risk that is no small one, and any that a person was asked about', () => {
    const low = { score: 1, level: 'low' } as const;
    expect(tellsRisk(row({ risk: low }))).toBe(false);
    expect(tellsRisk(row({ risk: { score: 4, level: 'medium' } }))).toBe(true);
    expect(tellsRisk(row({ risk: null }))).toBe(false);
    expect(tellsRisk({ ...row({ risk: null }), approvalId: ASKED })).toBe(true);
    expect(tellsRisk({ ...row({ risk: low }), approvalId: ASKED })).toBe(true);
    expect(tellsRisk(row({}))).toBe(false);
  });
});
