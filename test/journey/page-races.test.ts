import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openQuestion, seeSettled } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { countDecisions, readEvents, readSessions } from '../support/read-sessions.ts';
import { shareChromium } from '../support/share-chromium.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

/** An answer is gone everywhere within a fraction of this; how long it takes is for the bench to say. */
const SOON = { timeout: 5000 };
const ROUNDS = 10;

const chromium = shareChromium();
let product: ProductPage;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
});
afterEach(() => product.close());

describe('two answers at the same time', () => {
  /** Notes when the question is answered here and when it is gone from here, in ms of the wall clock. */
  async function keepTimes(page: Page): Promise<void> {
    await page.evaluate(() => {
      const times = new Map<string, { pressed?: number; gone?: number }>();
      Reflect.set(window, 'times', times);
      const now = (): number => performance.timeOrigin + performance.now();
      const timesOf = (id: string): { pressed?: number; gone?: number } => {
        const found = times.get(id) ?? {};
        times.set(id, found);
        return found;
      };
      document.addEventListener(
        'click',
        ({ target }) => {
          const card = target instanceof Element ? target.closest('[data-approval]') : null;
          const id = card?.getAttribute('data-approval');
          if (id !== undefined && id !== null) timesOf(id).pressed = now();
        },
        true,
      );
      const look = (): void => {
        for (const row of document.querySelectorAll('[data-key]:has(input:disabled)')) {
          const found = timesOf(row.getAttribute('data-key') ?? '');
          // in the next frame it is to be seen
          if (found.gone === undefined) requestAnimationFrame(() => (found.gone ??= now()));
        }
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  }

  const readTime = (page: Page, id: string, what: 'pressed' | 'gone') =>
    page.evaluate(([key, name]) => Reflect.get(window, 'times').get(key)?.[name], [id, what] as const);

  it('one of them counts, whoever it is, and a third window sees it gone at once', async () => {
    const { page, place } = product;
    const tabs = [page, await product.openWindow()] as const;
    const watching = await product.openWindow();
    for (const tab of [...tabs, watching]) await tab.getByRole('link', { name: 'Inbox' }).click();
    for (const tab of [...tabs, watching]) await keepTimes(tab);
    const files = Array.from({ length: ROUNDS }, (_, round) => `both-${round}.txt`);
    const script = files.map((file) => `touch ${file}`).join('\n');
    const running = place.run(['exec', '--wait', '-a', 'untrusted', script]);
    const delays: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [id] = await Promise.all(tabs.map(openQuestion));
      for (const [at, tab] of tabs.entries()) {
        const name = (round + at) % 2 === 0 ? 'allow-once' : 'reject';
        await tab.locator(`[data-answer=${name}]`).hover();
        await tab.mouse.down();
      }
      await Promise.all(tabs.map((tab) => tab.mouse.up()));
      await Promise.all(tabs.map((tab) => seeSettled(tab, id ?? '')));
      await watching.waitForFunction(
        (key) => Reflect.get(window, 'times').get(key)?.gone !== undefined,
        id,
        SOON,
      );
      const pressed = await Promise.all(tabs.map((tab) => readTime(tab, id ?? '', 'pressed')));
      delays.push(
        (await readTime(watching, id ?? '', 'gone')) - Math.min(...pressed.filter((at) => at !== undefined)),
      );
    }
    await running;
    const counts = await countDecisions(place);
    expect([...counts.values()]).toEqual(files.map(() => 1));
    const [session] = await readSessions(place);
    const answered = (await readEvents(place, session?.sessionId ?? '')).filter(
      ({ type }) => type === 'approval/answered',
    );
    expect(files.map((file) => existsSync(join(place.folder, file)))).toEqual(
      answered.map(({ outcome }) => outcome === 'allowed'),
    );
    expect(Math.max(...delays)).toBeLessThan(SOON.timeout);
    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(product.problems).toEqual([]);
  });
});
