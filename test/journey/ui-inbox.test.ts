import { describe, expect, it } from 'vitest';
import {
  countWaiting,
  focusedRow,
  type GalleryWindow,
  isCardFocused,
  openGallery,
  openIdOf,
} from '../support/gallery-page.ts';

const open = openGallery();

describe('triage with the keyboard', () => {
  it('moves, shows without taking the focus, opens, and answers only on the card', async () => {
    const { page, problems } = await open('inbox', '#/inbox');
    await page.keyboard.press('j');
    expect(await focusedRow(page)).toContain('terraform destroy');
    await page.keyboard.press('j');
    expect(await focusedRow(page)).toContain('kubectl');
    await page.keyboard.press('ArrowDown');
    expect(await focusedRow(page)).toContain('sts.amazonaws.com');
    await page.keyboard.press('k');
    expect(await focusedRow(page)).toContain('kubectl');
    await page.keyboard.press('u');
    expect(await focusedRow(page)).toContain('rm -rf data/');
    expect(await openIdOf(page)).toBe('cmd-7k3q9d2e');
    // letters of the card do nothing while the list has the focus
    for (const key of ['a', 'r', 'f', 's', 'Control+Enter']) await page.keyboard.press(key);
    await page.waitForTimeout(500);
    expect(await countWaiting(page)).toBe(12);
    expect(await isCardFocused(page)).toBe(false);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
    // keys of the list do nothing while the card has it
    await page.keyboard.press('x');
    await page.keyboard.press('g');
    expect(await page.getByText('1 selected').count()).toBe(0);
    // nor do they count as read what they came too early for
    await page.waitForTimeout(1200);
    await page.keyboard.press('r');
    await page.waitForFunction(
      () => (window as unknown as GalleryWindow).gallery.store.getState().approvals.length === 11,
    );
    // it stays a while, struck through, and cannot be selected
    const row = page.locator('[data-key=cmd-7k3q9d2e]');
    await row.getByText('rejected').waitFor();
    expect(await row.locator('input').isDisabled()).toBe(true);
    expect(problems).toEqual([]);
  });

  it('filters, groups, snoozes and pauses', async () => {
    const { page } = await open('inbox', '#/inbox');
    await page.keyboard.press('/');
    await page.keyboard.type('jx cdn');
    expect(await page.getByText('No waiting request fits.').isVisible()).toBe(true);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('cdn');
    expect(await page.locator('[role=row][data-key]').count()).toBe(3);
    await page.keyboard.press('Escape');
    expect(await page.locator('[role=row][data-key]').count()).toBe(12);
    await page.keyboard.press('g');
    await page.getByRole('heading', { level: 2, name: 'cdn.example.org:443' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    const high = await focusedRow(page);
    await page.keyboard.press('z');
    await page.getByRole('heading', { name: 'Snoozed' }).waitFor();
    const last = page.locator('[role=row][data-key]').last();
    expect(await last.locator('code').textContent()).toBe(high);
    expect(await countWaiting(page)).toBe(12);
    await page.keyboard.press('k');
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Let the session go on' }).first().waitFor();
  });

  it('goes to the oldest card with Ctrl+J, also from another screen, and lists its keys with ?', async () => {
    const { page } = await open('inbox', '#/welcome');
    await page.keyboard.press('Control+j');
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
    expect(await page.getByRole('heading', { level: 1, name: 'Inbox' }).isVisible()).toBe(true);
    expect(await page.locator('[data-key][tabindex="0"] code').textContent()).toContain('terraform destroy');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    // nothing of the page is reachable behind the dialog
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await isCardFocused(page)).toBe(true);
  });

  it('takes no letters when they are turned off', async () => {
    const { page } = await open('inbox', '#/inbox');
    await page.getByRole('button', { name: 'Look and keys' }).click();
    await page.getByText('Letter keys').click();
    await page.keyboard.press('Escape');
    await page.locator('main h1').click();
    for (const key of ['j', 'x', 'g', '?', '/']) await page.keyboard.press(key);
    expect(await focusedRow(page)).toBeNull();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('ArrowDown');
    expect(await focusedRow(page)).toContain('terraform');
  });

  it('answers nothing by 500 random keys in the list while requests come and go', async () => {
    const { page, problems } = await open('inbox', '#/inbox');
    const keys = [
      'j',
      'k',
      'x',
      'X',
      'u',
      'g',
      'z',
      'a',
      'r',
      'f',
      's',
      'e',
      'y',
      ' ',
      'ArrowDown',
      'ArrowUp',
      'p',
    ];
    await page.keyboard.press('j');
    const answered = await page.evaluate(async (choices) => {
      const { store } = (window as unknown as GalleryWindow).gallery;
      let seed = 7;
      const random = (below: number): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return seed % below;
      };
      let answers = 0;
      store.subscribe((view) => {
        answers += view.answers.size;
      });
      const all = store.getState().approvals;
      for (let count = 0; count < 500; count += 1) {
        const key = choices[random(choices.length)] ?? 'j';
        const target = document.activeElement ?? document.body;
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        if (count % 25 === 0) {
          store.setState({ approvals: all.filter(() => random(3) > 0) });
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      store.setState({ approvals: all });
      return answers;
    }, keys);
    expect(answered).toBe(0);
    expect(await countWaiting(page)).toBe(12);
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('several at once', () => {
  it('allows one action of three after every line was shown, one by one', async () => {
    const { page } = await open('inbox', '#/inbox');
    const same = page.locator('[role=row][data-key]', { hasText: 'cdn.example.org' });
    await same.nth(0).locator('input').click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await same.nth(2).focus();
    await same.nth(1).locator('input').click();
    await same.nth(2).locator('input').click();
    await page.getByRole('button', { name: 'Allow 3 once…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Allow 3 once?' });
    expect(await dialog.getByRole('listitem').count()).toBe(3);
    await dialog.getByRole('button', { name: 'Allow 3 once' }).click();
    await page.getByRole('heading', { name: 'All 3 answered' }).waitFor();
    expect(await countWaiting(page)).toBe(9);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    expect(await page.getByText('3 selected').count()).toBe(0);
  });

  it('takes no press that comes with the dialog: its answer waits until it has stood', async () => {
    const { page } = await open('inbox', '#/inbox');
    await page
      .locator('[role=row][data-key]', { hasText: 'cdn.example.org' })
      .first()
      .locator('input')
      .click();
    const ask = page.getByRole('button', { name: 'Allow 1 once…' });
    // how the answer is when it comes, and what a press on it does then
    await page.evaluate(() => {
      new MutationObserver((_changes, observer) => {
        const answers = document.querySelectorAll<HTMLButtonElement>('[role=dialog] button');
        const answer = [...answers].find((button) => button.textContent === 'Allow 1 once');
        if (answer === undefined) return;
        observer.disconnect();
        Reflect.set(window, 'wasDisabled', answer.disabled);
        answer.click();
      }).observe(document.body, { childList: true, subtree: true });
    });
    await ask.click();
    const dialog = page.getByRole('dialog', { name: 'Allow 1 once?' });
    await dialog.waitFor();
    expect(await page.evaluate(() => Reflect.get(window, 'wasDisabled'))).toBe(true);
    await dialog.getByRole('button', { name: 'Allow 1 once' }).click();
    await page.getByRole('heading', { name: 'All 1 answered' }).waitFor();
  });

  it('never allows what is high, not reviewed, or of two actions', async () => {
    const { page } = await open('inbox', '#/inbox');
    for (const text of ['rm -rf data/', 'read ~/.kube/config', 'git commit']) {
      const box = page.locator('[role=row][data-key]', { hasText: text }).locator('input');
      await box.click();
      if (text !== 'git commit') {
        expect(await page.getByRole('button', { name: 'Allow 1 once…' }).isDisabled(), text).toBe(true);
        await box.click();
      }
    }
    expect(await page.getByRole('button', { name: 'Allow 1 once…' }).isEnabled()).toBe(true);
    await page.locator('[role=row][data-key]', { hasText: 'uploads.example' }).locator('input').click();
    expect(await page.getByRole('button', { name: 'Allow 2 once…' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Reject 2…' }).isEnabled()).toBe(true);
  });

  it('folds a flood into one line and loses none', async () => {
    const { page } = await open('burst');
    await page.getByText('18 requests, highest is high').waitFor();
    expect(await page.locator('[role=row][data-key]').count()).toBe(1);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    expect(await page.locator('[role=row][data-key]').count()).toBe(18);
    expect(await focusedRow(page)).toBe('.husky/pre-commit');
  });

  it('draws only what is in sight of a long list, and finds its end by key', async () => {
    const { page } = await open('flood', '#/inbox');
    await page.getByRole('button', { name: 'One by one' }).click();
    await page.waitForTimeout(200);
    const drawn = await page.locator('[role=row][data-key]').count();
    expect(drawn).toBeLessThan(80);
    expect(Number(await page.getByRole('grid').getAttribute('aria-rowcount'))).toBeGreaterThan(400);
    for (let step = 0; step < 15; step += 1) await page.keyboard.press('j');
    const place = await page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'));
    expect(Number(place)).toBeGreaterThan(15);
    expect(await page.evaluate(() => document.activeElement?.getBoundingClientRect().bottom)).toBeLessThan(
      800,
    );
  }, 60_000);
});
