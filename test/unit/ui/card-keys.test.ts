import { describe, expect, test } from 'vitest';
import {
  actionOfKey,
  type CardKeyState,
  type CardPanel,
  type FocusPlace,
  isLetterOfCard,
  isTyped,
  type KeyPress,
} from '../../../src/ui/inspector/card-keys.ts';

const press = (key: string, parts: Partial<KeyPress> = {}): KeyPress => ({
  key,
  hasCtrlOrMeta: false,
  hasAlt: false,
  hasShift: false,
  isRepeat: false,
  isComposing: false,
  ...parts,
});
const state = (parts: Partial<CardKeyState> = {}): CardKeyState => ({
  place: 'card',
  panel: 'answers',
  needsChord: false,
  hasScopes: true,
  isEditable: true,
  isOpen: true,
  hasLetterKeys: true,
  ...parts,
});
const PLACES: readonly FocusPlace[] = ['card', 'chord-button', 'choice', 'button', 'field', 'outside'];
const PANELS: readonly CardPanel[] = ['answers', 'reject', 'allow', 'edit'];
const KEYS = [
  'r',
  'f',
  'a',
  's',
  't',
  'e',
  'R',
  'Enter',
  'Escape',
  ' ',
  'Tab',
  'j',
  'n',
  'y',
  '1',
  'F1',
  'Process',
];
const FLAGS = ['hasCtrlOrMeta', 'hasAlt', 'hasShift', 'isRepeat', 'isComposing'] as const;
const ANSWERING = ['reject', 'allow-once', 'send-panel'];

/** Every key with every set of flags on every state of a card. */
function* everything(): Generator<readonly [KeyPress, CardKeyState]> {
  for (const key of KEYS) {
    for (let flags = 0; flags < 32; flags += 1) {
      const set = Object.fromEntries(FLAGS.map((flag, bit) => [flag, (flags & (1 << bit)) !== 0]));
      for (let bits = 0; bits < 16; bits += 1) {
        for (const place of PLACES) {
          for (const panel of PANELS) {
            const is = (bit: number): boolean => (bits & bit) !== 0;
            const card = { needsChord: is(1), hasScopes: is(2), isOpen: is(4), hasLetterKeys: is(8) };
            yield [press(key, set), state({ place, panel, ...card })];
          }
        }
      }
    }
  }
}

describe('keys of a card', () => {
  test.each([
    ['r', 'reject'],
    ['f', 'open-reject'],
    ['a', 'allow-once'],
    ['s', 'open-allow'],
    ['t', 'open-edit'],
    ['e', 'toggle-evidence'],
    ['A', 'allow-once'],
    ['Escape', 'leave'],
    ['Enter', undefined],
    [' ', undefined],
    ['y', undefined],
  ])('%s: %s', (key, action) => {
    expect(actionOfKey(press(key), state())).toBe(action);
  });

  test('the chord allows, and sends what a panel holds', () => {
    const chord = press('Enter', { hasCtrlOrMeta: true });
    expect(actionOfKey(chord, state({ needsChord: true }))).toBe('allow-once');
    expect(actionOfKey(chord, state({ place: 'chord-button' }))).toBe('allow-once');
    expect(actionOfKey(chord, state({ place: 'button' }))).toBeUndefined();
    expect(actionOfKey(chord, state({ panel: 'reject', place: 'field' }))).toBe('send-panel');
    expect(actionOfKey(chord, state({ panel: 'allow', place: 'choice' }))).toBe('send-panel');
    expect(actionOfKey(chord, state({ panel: 'allow', place: 'button' }))).toBeUndefined();
  });

  test('T means something only where the text can be changed', () => {
    expect(actionOfKey(press('t'), state({ isEditable: false }))).toBeUndefined();
    expect(actionOfKey(press('t'), state({ isOpen: false }))).toBeUndefined();
  });

  test('Escape answers nothing, in no state', () => {
    expect(actionOfKey(press('Escape'), state({ panel: 'reject', place: 'field' }))).toBe('back');
    expect(actionOfKey(press('Escape'), state({ isOpen: false }))).toBe('leave');
  });

  test.each([
    ['l', {}, 'card', true],
    ['l', {}, 'button', true],
    ['l', {}, 'field', false],
    ['l', {}, 'outside', false],
    ['L', { hasShift: true }, 'card', true],
    ['@', { hasCtrlOrMeta: true, hasAlt: true }, 'card', true],
    ['v', { hasCtrlOrMeta: true }, 'card', true],
    ['a', { isRepeat: true }, 'card', true],
    ['Process', { isComposing: true }, 'card', true],
    ['Backspace', {}, 'card', true],
    [' ', {}, 'card', true],
    ['Enter', {}, 'chord-button', true],
    ['Enter', {}, 'choice', false],
    [' ', {}, 'button', false],
    ['Enter', { hasCtrlOrMeta: true }, 'field', true],
    ['Enter', { hasCtrlOrMeta: true }, 'button', true],
    ['Enter', { hasCtrlOrMeta: true }, 'outside', false],
    ['j', { hasCtrlOrMeta: true }, 'card', false],
    ['Tab', {}, 'card', false],
    ['Escape', {}, 'card', false],
    ['Shift', { hasShift: true }, 'card', false],
    ['Control', { hasCtrlOrMeta: true }, 'card', false],
    ['PageDown', {}, 'card', false],
  ] as const)('%s with %j on the %s is typed: %s', (key, flags, place, is) => {
    expect(isTyped(press(key, flags), place)).toBe(is);
  });

  test('over every key, flag and state: what must never be, is not', () => {
    const done = [...everything()].flatMap(([key, card]) => {
      const action = actionOfKey(key, card);
      return action === undefined ? [] : [{ key, card, action }];
    });
    const answers = done.filter(({ action }) => ANSWERING.includes(action));
    const letters = answers.filter(({ key }) => key.key !== 'Enter');
    expect(done.filter(({ card }) => card.place === 'outside')).toEqual([]);
    // all but the way out waits for the guard
    const isWayOut = (action: string): boolean => action === 'back' || action === 'leave';
    const others = done.filter(({ action }) => !isWayOut(action));
    expect(others.filter(({ key, card }) => !isTyped(key, card.place))).toEqual([]);
    expect(done.filter(({ key }) => key.isRepeat || key.isComposing || key.hasAlt || key.hasShift)).toEqual(
      [],
    );
    expect(answers.filter(({ card }) => !card.isOpen)).toEqual([]);
    expect(answers.filter(({ key }) => key.key === 'Enter' && !key.hasCtrlOrMeta)).toEqual([]);
    expect(letters.filter(({ key, card }) => key.hasCtrlOrMeta || card.place === 'field')).toEqual([]);
    expect(letters.filter(({ card }) => card.panel !== 'answers' || !card.hasLetterKeys)).toEqual([]);
    expect(letters.filter(({ card, action }) => action === 'allow-once' && card.needsChord)).toEqual([]);
    expect(answers.length).toBeGreaterThan(50);
    expect(letters.length).toBeGreaterThan(10);
  });

  test('its letters are nobody else’s', () => {
    expect(['r', 'F', 'a', 'S', 'e'].every(isLetterOfCard)).toBe(true);
    expect(['n', 'j', '/', 'Enter'].some(isLetterOfCard)).toBe(false);
  });
});
