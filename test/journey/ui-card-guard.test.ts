import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CardGallery, openCardGallery, READ_MS } from '../support/card-gallery.ts';
import { type SentAnswer, sentAnswers, sentOutcomes } from '../support/card-page.ts';

/** After a key that came too early. */
const QUIET_MS = 1200;

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
describe('the guard', () => {
  /** The middle of an answer on the screen. */
  async function middleOf(name: string): Promise<{ x: number; y: number }> {
    const box = await page.locator(`[data-answer=${name}]`).boundingBox();
    if (box === null) throw new Error(`no ${name}`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
  /** What happens to the page, by name; done in the page so that the time until the press is known. */
  const HAPPENINGS = ['a change', 'the window coming back', 'the connection coming back', 'a move'];

  /** Lets it happen, and answers by press and key so many ms later. Gives how long it really was. */
  const answerAfter = (what: string, delayMs: number): Promise<number> =>
    page.evaluate(
      async ([name, delay]) => {
        const { store } = Reflect.get(window, 'gallery');
        const acts: Record<string, () => void> = {
          'a change': () => {
            const [first, ...rest] = store.getState().approvals;
            store.setState({ approvals: [{ ...first, digest: `${first.digest}+` }, ...rest] });
          },
          'the window coming back': () => window.dispatchEvent(new Event('focus')),
          'the connection coming back': () => {
            store.setState({
              connection: { state: 'lost', since: 1, attempt: 1, retryAt: 2, wasReady: true },
            });
            store.setState({ connection: { state: 'ready' } });
          },
          'a move': () => {
            const pane = document.querySelector('[data-shows]');
            if (pane instanceof HTMLElement) pane.style.paddingTop = '20px';
          },
        };
        acts[name]?.();
        const happened = performance.now();
        await new Promise((resolve) => setTimeout(resolve, delay));
        const late = performance.now() - happened;
        const init = { bubbles: true, cancelable: true, isPrimary: true, button: 0, detail: 1 };
        const button = document.querySelector('[data-answer=allow-once]');
        button?.dispatchEvent(new PointerEvent('pointerdown', init));
        button?.dispatchEvent(new MouseEvent('click', init));
        const key = new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true });
        document.querySelector('[data-approval]')?.dispatchEvent(key);
        return late;
      },
      [what, delayMs] as const,
    );

  test.each(HAPPENINGS)(
    'after %s an answer at 100 ms is nothing, one at 900 ms counts once',
    async (what) => {
      await open('card-medium');
      const late = await answerAfter(what, 100);
      // a machine that took so long has shown nothing
      if (late < 380) expect(await answers()).toEqual([]);
      await open('card-medium');
      await answerAfter(what, 900);
      const sent = await answers();
      expect(sent).toHaveLength(1);
      expect(sent[0]?.digest).toBe(await card().getAttribute('data-digest'));
    },
  );

  const change = (): Promise<void> =>
    page.evaluate(() => {
      const { store } = Reflect.get(window, 'gallery');
      const [first, ...rest] = store.getState().approvals;
      const changed = { ...first, digest: `${first.digest}+`, text: `${first.text} --fix` };
      store.setState({ approvals: [changed, ...rest] });
    });

  test('a card that has just appeared is not answered', async () => {
    await open('card-medium', { isRead: false });
    const place = await middleOf('allow-once');
    await page.evaluate(() => Reflect.get(window, 'gallery').local.setState({ openApprovalId: undefined }));
    await page.waitForTimeout(READ_MS);
    const shown = page.evaluate(() => {
      const { store, local } = Reflect.get(window, 'gallery');
      const { approvalId } = store.getState().approvals[0];
      local.setState({ openApprovalId: approvalId, cardFocusWanted: approvalId });
    });
    await shown;
    await page.keyboard.press('a');
    await page.mouse.click(place.x, place.y);
    expect(await answers()).toEqual([]);
    await page.waitForTimeout(QUIET_MS);
    await page.keyboard.press('a');
    expect(await outcomes()).toEqual(['allowed']);
  });

  const tooEarly = (): ReturnType<Page['locator']> => page.locator('[data-early=true]');
  /** Where the answers stand on the screen. */
  const dockBox = (): Promise<unknown> => page.locator('[data-panel]').boundingBox();

  test.each(['card-medium', 'card-high'])('words typed ahead on %s are no answer', async (scene) => {
    await open(scene);
    await card().focus();
    await change();
    const keys = ['f', ...'already in use'].map((key) => (key === ' ' ? 'Space' : key));
    for (const key of [...keys, 'Control+Enter']) await page.keyboard.press(key);
    await page.waitForTimeout(500);
    expect(await answers()).toEqual([]);
    expect(await page.locator('[data-panel]').getAttribute('data-panel')).toBe('answers');
    // not before it is quiet, however long the card has stood still
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(500);
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toEqual([]);
    await page.waitForTimeout(QUIET_MS);
    await page.keyboard.press('f');
    await page.keyboard.type('already in use');
    await page.waitForTimeout(READ_MS);
    await page.keyboard.press('Control+Enter');
    expect((await answers()).map(({ answer }) => answer)).toEqual([
      { outcome: 'rejected', feedback: 'already in use' },
    ]);
  });

  test('it says that a key came too early until one counts, and nothing moves by it', async () => {
    await open('card-medium');
    await card().focus();
    expect(await tooEarly().count()).toBe(0);
    await change();
    await page.waitForTimeout(150);
    const before = await dockBox();
    await page.keyboard.press('l');
    expect(await tooEarly().isVisible()).toBe(true);
    await page.getByRole('status').getByText('Too early: the card had just changed. Try again.').waitFor();
    expect(await dockBox()).toEqual(before);
    await tooEarly().waitFor({ state: 'detached', timeout: 3000 });
    expect(await dockBox()).toEqual(before);
    await page.keyboard.press('a');
    expect(await outcomes()).toEqual(['allowed']);
  });

  test('what only moves does not keep it closed', async () => {
    await open('card-medium');
    await card().focus();
    await change();
    for (const key of ['Shift', 'Tab', 'Shift+Tab', 'ArrowDown', 'PageDown']) await page.keyboard.press(key);
    await page.waitForTimeout(READ_MS);
    expect(await tooEarly().count()).toBe(0);
    await page.keyboard.press('a');
    expect(await outcomes()).toEqual(['allowed']);
  });

  test('a press that began before a change does not count, however long it is held', async () => {
    await open('card-medium');
    const { x, y } = await middleOf('allow-once');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await change();
    await page.waitForTimeout(READ_MS);
    await page.mouse.up();
    expect(await answers()).toEqual([]);
    // it says that it has changed, above that the answers stand a little higher now
    const now = await middleOf('allow-once');
    await page.mouse.click(now.x, now.y);
    expect(await outcomes()).toEqual(['allowed']);
  });

  test('a double click on Allow for… opens the panel and sends nothing', async () => {
    await open('card-medium');
    const { x, y } = await middleOf('open-allow');
    await page.mouse.dblclick(x, y);
    await page.mouse.click(x, y);
    expect(await answers()).toEqual([]);
    expect(await page.locator('[data-panel]').getAttribute('data-panel')).toBe('allow');
  });

  test('a card never takes the focus by itself', async () => {
    await open('card-medium');
    await change();
    await page.waitForTimeout(200);
    expect(await card().evaluate((element) => element.contains(document.activeElement))).toBe(false);
  });
});
