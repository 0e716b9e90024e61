import type { Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordAnswers, sentAnswers } from '../support/card-page.ts';
import { openGallery, openIdOf } from '../support/gallery-page.ts';

/** Longer than the guard, with room for a slow machine. */
const READ_MS = 750;

const openScene = openGallery();
let page: Page;

const card = () => page.locator('[data-shows=question] [data-approval]');
const hasFocus = () => card().evaluate((element) => element.contains(document.activeElement));
const shows = () => page.locator('[data-shows]').getAttribute('data-shows');

/** From now on these of three questions wait in the session, and no other. */
const letWait = (from: number, to: number): Promise<void> =>
  page.evaluate(
    ([first, end]) => {
      const { store } = Reflect.get(window, 'gallery');
      const [sample] = store.getState().approvals;
      Reflect.set(window, 'offered', { sample });
      const asked = Array.from({ length: 3 }, (_, at) => ({
        ...sample,
        approvalId: `cmd-0000009${at + 1}`,
        digest: `offered-${at}`,
        askedAt: sample.askedAt + at,
      }));
      store.setState({ approvals: asked.slice(first, end) });
    },
    [from, to] as const,
  );

beforeEach(async () => {
  ({ page } = await openScene('card-session'));
  await recordAnswers(page);
  await page.waitForTimeout(READ_MS);
});

describe('a session in which nothing was chosen', () => {
  it('shows the question that has waited longest as soon as there is one, without the focus', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await shows()).toBe('session');
    await letWait(1, 3);
    await expect.poll(() => card().getAttribute('data-approval')).toBe('cmd-00000092');
    expect(await hasFocus()).toBe(false);
    expect(await openIdOf(page)).toBeUndefined();
    await page.keyboard.press('a');
    await page.waitForTimeout(READ_MS);
    await page.keyboard.press('a');
    expect(await sentAnswers(page)).toEqual([]);
  });

  it('guards the card that came by itself', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    await letWait(0, 0);
    const early = await page.evaluate(async () => {
      const { store } = Reflect.get(window, 'gallery');
      const { sample } = Reflect.get(window, 'offered');
      const began = performance.now();
      // not the one that was closed: that does not come back by itself
      store.setState({ approvals: [{ ...sample, approvalId: 'cmd-00000099', digest: 'offered-9' }] });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const init = { bubbles: true, cancelable: true, isPrimary: true, button: 0, detail: 1 };
      const button = document.querySelector('[data-answer=allow-once]');
      button?.dispatchEvent(new PointerEvent('pointerdown', init));
      button?.dispatchEvent(new MouseEvent('click', init));
      return button === null ? -1 : performance.now() - began;
    });
    expect(early).toBeGreaterThan(0);
    // a machine that took so long has shown nothing
    if (early < 380) expect(await sentAnswers(page)).toEqual([]);
    await page.waitForTimeout(READ_MS);
    await card().locator('[data-answer=allow-once]').click();
    await expect.poll(() => sentAnswers(page)).toHaveLength(1);
  });

  it('keeps it when it is answered, and goes on only when one asks for it', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    await letWait(0, 3);
    await card().waitFor();
    const first = (await card().getAttribute('data-approval')) ?? '';
    await page.waitForTimeout(READ_MS);
    await page.locator('[data-answer=allow-once]').click();
    await expect.poll(() => card().textContent()).toContain('Allowed once');
    await page.waitForTimeout(200);
    expect(await card().getAttribute('data-approval')).toBe(first);
    await page.getByRole('button', { name: 'Next waiting' }).click();
    await expect.poll(() => card().getAttribute('data-approval')).not.toBe(first);
    expect(await hasFocus()).toBe(true);
  });

  it('gives way to a row, and comes back after it', async () => {
    const offered = await card().getAttribute('data-approval');
    await page.evaluate(() => {
      const { local } = Reflect.get(window, 'gallery');
      const row = {
        rowId: 'r',
        index: 1,
        at: 1,
        kind: 'note',
        outcome: 'none',
        text: 'Opened',
        isCut: false,
      };
      local.setState({ selectedRowId: row.rowId, selectedRow: row });
    });
    await expect.poll(shows).toBe('row');
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => card().getAttribute('data-approval')).toBe(offered);
  });

  it('is closed for good by a person who wants to see the session', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(shows).toBe('session');
    await page.waitForTimeout(200);
    expect(await shows()).toBe('session');
  });
});
