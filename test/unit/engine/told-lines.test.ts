import { expect, test } from 'vitest';
import { ToldLines } from '../../../src/engine/session/told-lines.ts';

test('the same line is told once, and at the end how often it came', () => {
  const told = new ToldLines();
  const shown = Array.from({ length: 3000 }, () => told.isNew('refused: /a')).filter(Boolean);
  expect(shown).toHaveLength(1);
  told.isNew('refused: /b');
  expect(told.sumUp()).toEqual(['refused: /a (2999 times more)']);
  expect(told.sumUp()).toEqual([]);
  expect(told.isNew('refused: /a')).toBe(false);
  expect(told.sumUp()).toEqual(['refused: /a (once more)']);
});

test('different lines are bounded, and so is what is said of them', () => {
  const told = new ToldLines();
  const shown = Array.from({ length: 3000 }, (_, n) => told.isNew(`refused: /${n}`)).filter(Boolean);
  expect(shown.length).toBeLessThanOrEqual(100);
  const last = told.sumUp().at(-1);
  expect(last).toBe(`sallyport: and ${3000 - shown.length} times something else was refused`);
  for (let n = 0; n < 100; n++) told.isNew(`refused: /${n}`);
  expect(told.sumUp().length).toBeLessThanOrEqual(21);
});

test('what somebody else wrote counts as told', () => {
  const told = new ToldLines();
  told.note('refused: /a');
  expect(told.isNew('refused: /a')).toBe(false);
});
