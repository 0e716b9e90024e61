import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CardGallery, openCardGallery, READ_MS } from '../support/card-gallery.ts';
import { sentAnswers } from '../support/card-page.ts';

let cards: CardGallery;
let page: Page;

beforeAll(async () => {
  cards = await openCardGallery();
}, 60_000);
afterAll(() => cards?.close());

async function open(scene: string): Promise<void> {
  page = await cards.open(scene);
}
const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const answer = async (): Promise<unknown> => (await sentAnswers(page))[0]?.answer;
async function openPanel(name: string): Promise<void> {
  await page.locator(`[data-answer=${name}]`).click();
  await page.waitForTimeout(READ_MS);
}

describe('answers that last', () => {
  test('always shows the line that is saved, and sends it', async () => {
    await open('card-always');
    await openPanel('open-allow');
    expect(await page.getByText('prefix_rule(').count()).toBe(0);
    await page.getByRole('radio', { name: 'always' }).click();
    await page.waitForTimeout(READ_MS);
    const line = 'prefix_rule(pattern=["npm", "run", "test"], decision="allow")';
    expect(await page.locator('[data-panel] pre').textContent()).toBe(line);
    expect(await page.locator('[data-panel]').textContent()).toContain('rules/always.rules');
    await page.locator('[data-answer=send-panel]').click();
    expect(await answer()).toEqual({ outcome: 'allowed', scope: 'always', rule: line });
  });

  test('a no for always shows the other line, and one for the session none', async () => {
    await open('card-always');
    await openPanel('open-reject');
    await page.getByRole('radio', { name: 'this session' }).click();
    expect(await page.locator('[data-panel] pre').count()).toBe(0);
    await page.getByRole('radio', { name: 'always' }).click();
    await page.waitForTimeout(READ_MS);
    const line = 'prefix_rule(pattern=["npm", "run", "test"], decision="forbidden")';
    expect(await page.locator('[data-panel] pre').textContent()).toBe(line);
    await page.locator('[data-answer=send-panel]').click();
    expect(await answer()).toEqual({ outcome: 'rejected', scope: 'always', rule: line });
  });

  test('a plain no is for once', async () => {
    await open('card-always');
    await press('Reject');
    expect(await answer()).toEqual({ outcome: 'rejected' });
  });
});

describe('another text', () => {
  test('is sent as typed, and not as long as it is the same', async () => {
    await open('card-always');
    await page.locator('[data-approval] h2').click();
    await page.keyboard.press('t');
    const field = page.getByRole('textbox', { name: 'Run this instead' });
    expect(await field.inputValue()).toBe('npm run test -- --watch');
    await page.waitForTimeout(READ_MS);
    await page.keyboard.press('Control+Enter');
    expect(await answer()).toBeUndefined();
    await field.fill('npm run test');
    await page.waitForTimeout(READ_MS);
    await page.keyboard.press('Control+Enter');
    expect(await answer()).toEqual({ outcome: 'edited', text: 'npm run test' });
  });

  test('shows below the field what the field hides', async () => {
    await open('card-always');
    await page.locator('[data-approval] h2').click();
    await page.keyboard.press('t');
    const hidden = page.locator('[data-hidden]');
    expect(await hidden.count()).toBe(0);
    await page.getByRole('textbox', { name: 'Run this instead' }).fill('npm\ttest\u200b # \u202egpj');
    expect(await hidden.textContent()).toBe('npm  test⟨U+200B⟩ # ⟨U+202E⟩gpj');
  });

  test('is not offered where the engine does not take one', async () => {
    await open('card-medium');
    expect(await page.locator('[data-answer=open-edit]').count()).toBe(0);
    await page.locator('[data-approval] h2').click();
    await page.keyboard.press('t');
    expect(await page.locator('textarea').count()).toBe(0);
  });
});

describe('a request for more access', () => {
  test('is granted whole without a word about parts', async () => {
    await open('card-request');
    const allow = page.locator('[data-answer=allow-once]');
    expect(await allow.textContent()).toContain('Allow for turn');
    await allow.click();
    expect(await answer()).toEqual({ outcome: 'allowed', scope: 'turn' });
  });

  test('is granted in part, for the session', async () => {
    await open('card-request');
    await page.getByRole('checkbox', { name: 'write /srv/www/docs' }).uncheck();
    await page.getByRole('checkbox', { name: /registry/ }).uncheck();
    await openPanel('open-allow');
    await page.locator('[data-panel]').getByRole('radio', { name: 'session' }).click();
    await page.waitForTimeout(READ_MS);
    await page.locator('[data-answer=send-panel]').click();
    expect(await answer()).toMatchObject({
      outcome: 'allowed',
      scope: 'session',
      granted: { read: ['/home/ada/shared/fonts'], write: ['/home/ada/.cache/site'], hosts: [], sockets: [] },
    });
  });

  test('cannot be allowed with nothing of it left, only rejected', async () => {
    await open('card-request');
    const boxes = page.locator('[data-approval]').getByRole('checkbox');
    for (let at = 0; at < (await boxes.count()); at += 1) await boxes.nth(at).uncheck();
    await page.waitForTimeout(READ_MS);
    expect(await page.locator('[data-answer=allow-once]').isDisabled()).toBe(true);
    await page.locator('[data-approval] h2').click();
    await page.keyboard.press('a');
    expect(await answer()).toBeUndefined();
    await page.locator('[data-answer=reject]').click();
    expect(await answer()).toEqual({ outcome: 'rejected' });
  });
});

describe('why a question is asked', () => {
  test('is fetched when it is wanted, and told without what hides', async () => {
    await open('card-always');
    expect(await page.getByText('What would change it').count()).toBe(0);
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('What would change it').waitFor();
    const text = (await page.locator('[data-approval]').textContent()) ?? '';
    expect(text).toContain('default.rules:12');
    expect(text).toContain('Without that rule: it would run');
    expect(text).not.toContain('\u202e');
    await page.getByRole('button', { name: 'Hide the explanation' }).click();
    expect(await page.getByText('What would change it').count()).toBe(0);
  });
});

describe('changed files', () => {
  test('are shown each with its lines, and what is no plain character is visible', async () => {
    await open('card-files');
    const files = page.locator('[data-files] > li');
    expect(await files.count()).toBe(3);
    expect(await files.nth(0).textContent()).toContain('+2 −1');
    expect(await files.nth(1).textContent()).toContain('new, protected');
    const text = (await files.nth(1).textContent()) ?? '';
    expect(text).not.toContain('\u202e');
    expect(text).toMatch(/202E/);
    expect(text).toContain('⇥ if ok:··');
    expect(await files.nth(2).textContent()).toContain('no text');
  });
});
