import { describe, expect, it } from 'vitest';
import { focusedRow, type GalleryWindow, isCardFocused, openGallery } from '../support/gallery-page.ts';

const open = openGallery();

describe('the frame', () => {
  it('moves the focus to the heading after a click in the rail, never by itself', async () => {
    const { page } = await open('main', '#/inbox');
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await page.getByRole('link', { name: 'First steps' }).click();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await page.goBack();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Inbox');
    expect(await page.title()).toBe('(3) Sallyport');
  });

  it('says that the engine is gone, loudly and once, and new requests in one sentence', async () => {
    const { page } = await open('main', '#/inbox');
    await page.evaluate(() => {
      const { store } = (window as unknown as GalleryWindow).gallery;
      const [first] = store.getState().approvals;
      if (first === undefined) throw new Error('nothing waits');
      const again = (id: string) => ({ ...first, approvalId: id as typeof first.approvalId });
      store.setState(({ approvals }) => ({ approvals: [...approvals, again('cmd-00000901')] }));
      store.setState(({ approvals }) => ({ approvals: [...approvals, again('cmd-00000902')] }));
    });
    await page.locator('[data-region=asked]', { hasText: '2 new requests, highest is critical 9' }).waitFor({
      state: 'attached',
    });
    await page.evaluate(() =>
      (window as unknown as GalleryWindow).gallery.store.setState({
        connection: { state: 'lost', since: 0, attempt: 1, retryAt: 0, wasReady: true },
      }),
    );
    await page.getByRole('region', { name: 'Connection' }).getByText('Agents stay blocked').waitFor();
    expect(await page.locator('[aria-live=assertive]').textContent()).toContain('Not connected');
    expect(await page.getByRole('button', { name: 'Pause all' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByRole('region', { name: 'Connection' }).waitFor({ state: 'detached' });
  });

  it('scales text, takes a theme, and keeps within a narrow window', async () => {
    const { page } = await open('inbox', '#/inbox', { width: 320, height: 700 });
    await page.getByRole('button', { name: 'Look and keys' }).click();
    await page.getByRole('radio', { name: '150' }).click();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.keyboard.press('Escape');
    const size = await page.evaluate(() => getComputedStyle(document.body).fontSize);
    expect(size).toBe('19.5px');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(overflow).toBe(false);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'First steps' }).click();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  });

  it('makes the card a page of its own in one column', async () => {
    const { page } = await open('inbox', '#/inbox', { width: 640, height: 900 });
    await page.getByText('git commit').click();
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Request');
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    await expect.poll(() => focusedRow(page)).toContain('git commit');
  });

  it('keeps the address, and the focus, at the card that takes the place of another one', async () => {
    const { page } = await open('inbox', '#/inbox');
    const shown = (): Promise<string | null> => page.locator('[data-approval]').getAttribute('data-approval');
    const named = (): Promise<string> => page.evaluate(() => location.hash);
    const old = 'cmd-7k3q9d2e';
    await page.evaluate((id) => {
      location.hash = `#/inbox/${id}`;
    }, old);
    await expect.poll(shown).toBe(old);
    const length = await page.evaluate(() => history.length);
    await page.keyboard.press('Control+j');
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
    const next = (await shown()) ?? '';
    expect(next).not.toBe(old);
    await expect.poll(named).toBe(`#/inbox/${next}`);
    expect(await page.evaluate(() => history.length)).toBe(length);
    for (const width of [640, 1280, 640]) {
      await page.setViewportSize({ width, height: 800 });
      await page.locator(width === 640 ? 'h1 code' : 'main h1', { hasText: /cmd-|Inbox/ }).waitFor();
      await expect.poll(() => isCardFocused(page)).toBe(true);
      expect([await shown(), await named()]).toEqual([next, `#/inbox/${next}`]);
    }
    // in one column it is the page itself that another card takes the place of
    await page.evaluate((id) => {
      location.hash = `#/inbox/${id}`;
    }, old);
    await expect.poll(shown).toBe(old);
    await page.keyboard.press('Control+j');
    await expect.poll(shown).toBe(next);
    await expect.poll(() => isCardFocused(page)).toBe(true);
    expect(await page.evaluate(() => history.length)).toBe(length + 1);
    await page.reload();
    await expect.poll(shown).toBe(next);
    // never by itself: nobody asked for the card after that
    expect(await isCardFocused(page)).toBe(false);
  });

  it.each(['Back', 'the browser'])('gives the focus back to the row of the timeline, by %s', async (way) => {
    const { page } = await open('main', '', { width: 640, height: 900 });
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'cmd-7k3q9d2e' }).click();
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
    if (way === 'Back') await page.getByRole('button', { name: 'Back', exact: true }).click();
    else await page.goBack();
    await page.waitForFunction(() => document.activeElement?.matches('[role=grid]'));
    await expect
      .poll(() => page.locator('[role=row][aria-selected=true]').textContent())
      .toContain('cmd-7k3q9d2e');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('[data-approval]'));
  });

  it('shows one request after another in the popover', async () => {
    const { page } = await open('inbox', '#/popover', { width: 420, height: 640 });
    await page.getByText('1/12').waitFor();
    await page.getByRole('button', { name: 'Next request' }).click();
    await page.getByText('2/12').waitFor();
    expect(await isCardFocused(page)).toBe(false);
    await page.getByRole('button', { name: 'Open in window' }).click();
    await page.getByRole('heading', { level: 1, name: 'Request' }).waitFor();
  });
});
