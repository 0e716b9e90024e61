import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CardGallery, openCardGallery, READ_MS } from '../support/card-gallery.ts';
import {
  focusCardOf,
  type SentAnswer,
  sentAnswers,
  sentOutcomes,
  stubAnswers,
} from '../support/card-page.ts';

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

describe('high and critical', () => {
  test.each(['card-high', 'card-critical'])('%s: only the chord and a press allow', async (scene) => {
    await open(scene);
    await focusCard();
    await page.keyboard.press('a');
    await page.locator('[data-answer=allow-once]').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    expect(await answers()).toEqual([]);
    await page.keyboard.press('Control+Enter');
    expect((await answers())[0]?.answer).toEqual({ outcome: 'allowed', scope: 'once' });
  });

  test('critical has nothing wider', async () => {
    await open('card-critical');
    const once = page.getByRole('button', { name: 'Once only' });
    expect(await once.isDisabled()).toBe(true);
    await focusCard();
    await page.keyboard.press('s');
    expect(await page.locator('[data-panel]').getAttribute('data-panel')).toBe('answers');
  });
});

describe('what is not to be answered', () => {
  test('while the engine is gone', async () => {
    await open('card-lost');
    await focusCard();
    for (const key of ['a', 'r', 'f', 's', 'Control+Enter']) await page.keyboard.press(key);
    expect(await page.locator('[data-answer]:disabled').count()).toBe(4);
    expect(await answers()).toEqual([]);
    expect(await card().textContent()).toContain('Answers wait for the engine. Nothing is kept for later.');
    expect(await card().textContent()).toContain('as of ');
  });

  test('what the engine says has changed: said, and read anew', async () => {
    await open('card-medium');
    await stubAnswers(page, 'changed');
    await page.locator('[data-answer=allow-once]').click();
    await expect.poll(() => card().textContent()).toContain('This question has changed. Read it again.');
    expect(await answers()).toHaveLength(1);
    await page.waitForTimeout(READ_MS);
    await stubAnswers(page, 'accept');
    await page.locator('[data-answer=allow-once]').click();
    const [first, second] = await answers();
    expect(second?.digest).not.toBe(first?.digest);
    expect(second?.digest).toBe(await card().getAttribute('data-digest'));
  });

  test('what was answered elsewhere, with the way on', async () => {
    await open('card-medium');
    await stubAnswers(page, 'late');
    await page.locator('[data-answer=allow-once]').click();
    await expect
      .poll(() => card().textContent())
      .toMatch(/Your answer came too late\. ?Rejected .*by you in the terminal/);
    expect(await page.locator('[data-answer]').count()).toBe(0);
    await press('Next waiting');
    await expect.poll(() => card().getAttribute('data-approval')).not.toBe((await answers())[0]?.approvalId);
    expect(await card().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a failure is said, and it can be tried again', async () => {
    await open('card-medium');
    await stubAnswers(page, 'fail');
    await page.locator('[data-answer=reject]').click();
    await expect.poll(() => card().textContent()).toContain('Not answered.');
    await stubAnswers(page, 'accept');
    await page.waitForTimeout(READ_MS);
    await page.locator('[data-answer=reject]').click();
    expect(await outcomes()).toEqual(['rejected', 'rejected']);
  });

  test('an edited question says what took its place', async () => {
    await open('card-edited');
    expect(await card().getByRole('status').textContent()).toContain('Edited');
    const instead = await card().locator('[data-instead]').textContent();
    expect(instead).toBe('npm run lint -- --fix src\nnpm test⟨U+202E⟩');
  });

  test('a settled question keeps the card and the focus', async () => {
    await open('card-medium');
    await page.locator('[data-answer=allow-once]').focus();
    await page.evaluate(() => {
      const { store } = Reflect.get(window, 'gallery');
      const [approval, ...rest] = store.getState().approvals;
      const { approvalId, sessionId } = approval;
      const settled = { approvalId, sessionId, outcome: 'withdrawn', by: 'gone', settledAt: 1, approval };
      store.setState({ approvals: rest, settled: [settled] });
    });
    await expect.poll(() => card().textContent()).toContain('Withdrawn.');
    expect(await card().evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await answers()).toEqual([]);
  });
});
