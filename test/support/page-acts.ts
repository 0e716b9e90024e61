import type { Locator, Page } from 'playwright';

/** A card must stand still in sight for 400 ms before it can be answered; a person reads for longer. */
const READ_MS = 550;
const WAIT_MS = 30_000;
/** So many presses of Tab lead past everything of a screen. */
const MAX_TABS = 80;

/** The card of a question, or of that one. */
export function cardOf(page: Page, approvalId?: string): Locator {
  return page.locator(
    approvalId === undefined ? 'section[data-approval]' : `section[data-approval="${approvalId}"]`,
  );
}

/** The row of the timeline in which a question waits. */
export function waitingRow(page: Page, text?: string): Locator {
  const rows = page.getByRole('row').filter({ hasText: 'waiting' });
  return (text === undefined ? rows : rows.filter({ hasText: text })).last();
}

/** Types a folder into the form of a new session and leaves the field, which closes the list that opens below it. */
export async function typeFolder(page: Page, path: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Folder' }).fill(path);
  // not Escape: the list opens a moment after the text, and would come after the key
  await page.keyboard.press('Tab');
}

/** Waits until the open card has not changed or moved for as long as a person reads; gives its ID. */
export async function readCard(page: Page, approvalId?: string): Promise<string> {
  const card = cardOf(page, approvalId);
  await card.and(page.locator('[data-state=open]')).waitFor({ timeout: WAIT_MS });
  await card.evaluate(
    (element, readMs) =>
      new Promise<void>((resolve) => {
        let last = '';
        let since = performance.now();
        const look = (): void => {
          const { x, y, width, height } = element.getBoundingClientRect();
          // the age in it counts seconds
          const now = `${x},${y},${width},${height},${element.textContent.replaceAll(/\d+ s\b/g, '')}`;
          if (now !== last) since = performance.now();
          last = now;
          if (performance.now() - since >= readMs) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
    READ_MS,
  );
  return (await card.getAttribute('data-approval')) ?? '';
}

/** Waits until the card says what came of its question. */
export async function seeSettled(page: Page, approvalId: string): Promise<void> {
  await cardOf(page, approvalId)
    .and(page.locator('[data-state=closed]'))
    .waitFor({ state: 'attached', timeout: WAIT_MS });
}

/** Goes on with Tab until what has the focus has these words or this name. */
export async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let count = 0; count < MAX_TABS; count += 1) {
    await page.keyboard.press(key);
    const words = await page.evaluate(() => {
      const { activeElement } = document;
      const field = activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement;
      const label = field ? (activeElement.labels?.[0]?.textContent ?? '') : '';
      return `${activeElement?.getAttribute('aria-label') ?? ''}${label}${activeElement?.textContent ?? ''}`;
    });
    seen.push(words.slice(0, 40));
    if (typeof name === 'string' ? words.includes(name) : name.test(words)) return;
  }
  throw new Error(`Tab does not lead to ${String(name)}, but to: ${seen.join(' | ')}`);
}

/** Waits until the title of the page counts so many questions. */
export async function waitForCount(page: Page, count: number): Promise<void> {
  const title = count === 0 ? 'Sallyport' : `(${count}) Sallyport`;
  await page.waitForFunction((wanted) => document.title === wanted, title, { timeout: WAIT_MS });
}

/** Opens the card of the one question that waits. */
export async function openQuestion(page: Page): Promise<string> {
  await waitForCount(page, 1);
  await page.keyboard.press('Control+j');
  return await readCard(page);
}
