import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CardGallery, openCardGallery, READ_MS } from '../support/card-gallery.ts';
import { focusCardOf, type SentAnswer, sentAnswers, sentOutcomes } from '../support/card-page.ts';

let cards: CardGallery;
let page: Page;

beforeAll(async () => {
  cards = await openCardGallery();
}, 60_000);
afterAll(() => cards?.close());

async function open(scene: string, options: { readonly isRead?: boolean } = {}): Promise<void> {
  page = await cards.open(scene, options);
}
const card = (): ReturnType<Page['locator']> => page.locator('[data-approval]');
const answers = (): Promise<readonly SentAnswer[]> => sentAnswers(page);
const outcomes = (): Promise<readonly string[]> => sentOutcomes(page);
const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
const focusCard = (): Promise<void> => focusCardOf(page);

describe('a card is answered', () => {
  beforeEach(() => open('card-medium'));

  test.each([
    ['Allow once', { outcome: 'allowed', scope: 'once' }],
    ['Reject', { outcome: 'rejected' }],
  ])('by a press on %s, once, for exactly what is shown', async (name, answer) => {
    await page.getByRole('button', { name, exact: false }).first().dblclick();
    const sent = await answers();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.answer).toEqual(name === 'Reject' ? { outcome: 'rejected' } : answer);
    expect(sent[0]?.digest).toBe(await card().getAttribute('data-digest'));
    expect(sent[0]?.approvalId).toBe(await card().getAttribute('data-approval'));
    await expect.poll(() => card().textContent()).toMatch(/Allowed once|Rejected/);
  });

  test.each([
    ['a', 'allowed'],
    ['r', 'rejected'],
    ['Control+Enter', 'allowed'],
  ])('by the key %s, with focus', async (key, outcome) => {
    await page.keyboard.press(key);
    expect(await answers()).toEqual([]);
    await focusCard();
    await page.keyboard.press(key);
    expect(await outcomes()).toEqual([outcome]);
  });

  test('not by keys that only look like it', async () => {
    await page.evaluate(() => document.addEventListener('keydown', (event) => event.preventDefault()));
    await focusCard();
    const keys = [
      'Shift+A',
      'Alt+a',
      'Control+a',
      'Control+r',
      'Enter',
      'Space',
      'y',
      'Control+Shift+Enter',
      'Alt+Enter',
    ];
    for (const key of keys) await page.keyboard.press(key);
    expect(await answers()).toEqual([]);
  });

  test('by Enter and Space on a button that has the focus', async () => {
    await page.locator('[data-answer=open-allow]').focus();
    await page.keyboard.press('Enter');
    await page.waitForTimeout(READ_MS);
    await page.locator('[data-answer=send-panel]').focus();
    await page.keyboard.press('Space');
    expect((await answers())[0]?.answer).toEqual({ outcome: 'allowed', scope: 'step' });
  });

  test('not by a letter that is held down', async () => {
    await focusCard();
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.keyboard.down('a');
    await page.waitForTimeout(READ_MS);
    for (let times = 0; times < 5; times += 1) await page.keyboard.down('a');
    await page.keyboard.up('a');
    expect(await answers()).toEqual([]);
  });

  test('not while a word is being composed', async () => {
    await focusCard();
    await page.evaluate(() => {
      const target = document.activeElement;
      const init = { key: 'a', bubbles: true, cancelable: true, isComposing: true };
      target?.dispatchEvent(new KeyboardEvent('keydown', init));
      target?.dispatchEvent(new KeyboardEvent('keydown', { ...init, key: 'Process', isComposing: false }));
    });
    expect(await answers()).toEqual([]);
  });

  test('with feedback: letters are typed, the chord sends them', async () => {
    await focusCard();
    await page.keyboard.press('f');
    await page.keyboard.type('are rs a');
    expect(await page.locator('textarea').inputValue()).toBe('are rs a');
    await press('Ask me first');
    await page.getByLabel('Also stop the turn').check();
    expect(await answers()).toEqual([]);
    await page.waitForTimeout(READ_MS);
    await page.locator('textarea').focus();
    await page.keyboard.press('Control+Enter');
    expect((await answers())[0]?.answer).toEqual({
      outcome: 'rejected',
      feedback: 'are rs a\nAsk me first',
      stopTurn: true,
    });
  });

  test('for longer: opens narrow every time, sends what was chosen', async () => {
    await focusCard();
    await page.keyboard.press('s');
    await page.locator('[data-panel]').getByRole('radio', { name: 'session' }).click();
    await page.getByText('more arguments').click();
    await page.keyboard.press('Escape');
    await page.waitForTimeout(READ_MS);
    await page.keyboard.press('s');
    expect(await page.locator('[data-panel] [data-selected]').first().textContent()).toBe('step');
    await page.getByRole('radio', { name: '1 hour' }).click();
    await page.waitForTimeout(READ_MS);
    await press('Allow for 1 hour');
    expect((await answers())[0]?.answer).toMatchObject({
      outcome: 'allowed',
      scope: 'until',
      match: 'exact',
    });
  });

  test('Escape leaves it open, and gives the focus back', async () => {
    const copy = page.getByRole('button', { name: 'Copy ID' });
    await copy.focus();
    await focusCard();
    await page.keyboard.press('Escape');
    expect(await copy.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await answers()).toEqual([]);
  });

  test('letters can be turned off; the chord stays', async () => {
    await page.evaluate(() => Reflect.get(window, 'gallery').local.setState({ hasLetterKeys: false }));
    await page.waitForTimeout(READ_MS);
    await focusCard();
    await page.keyboard.press('a');
    await page.keyboard.press('r');
    expect(await answers()).toEqual([]);
    await page.keyboard.press('Control+Enter');
    expect(await outcomes()).toEqual(['allowed']);
  });
});
