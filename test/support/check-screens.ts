import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gallery, serveGallery } from '../gallery/serve-gallery.ts';
import { openProductPage } from './page-driver.ts';

/** A screen, by the scene of the gallery that shows it. */
interface Screen {
  readonly name: string;
  readonly scene: string;
  readonly hash?: string;
  readonly size?: { readonly width: number; readonly height: number };
  /** What is to be opened first. */
  open?(page: Page): Promise<void>;
}

const SCREENS: readonly Screen[] = [
  { name: 'first steps', scene: 'first-run', hash: '#/welcome' },
  { name: 'inbox, empty', scene: 'empty', hash: '#/inbox' },
  { name: 'inbox, full', scene: 'inbox', hash: '#/inbox' },
  { name: 'inbox, flood', scene: 'flood', hash: '#/inbox' },
  { name: 'inbox, settled', scene: 'settled', hash: '#/inbox' },
  { name: 'inbox, burst', scene: 'burst', hash: '#/inbox' },
  { name: 'no session', scene: 'nothing', hash: '#/' },
  { name: 'many sessions', scene: 'many-sessions', hash: '#/inbox' },
  { name: 'session with an open card', scene: 'main' },
  { name: 'session, hostile text', scene: 'hostile' },
  { name: 'card, high risk', scene: 'card-high' },
  { name: 'card, critical risk', scene: 'card-critical' },
  {
    name: 'card, reject panel',
    scene: 'card-medium',
    open: async (page) => {
      await page.waitForTimeout(600);
      await page.locator('[data-answer=open-reject]').click();
      await page.getByText('Why not?').waitFor();
    },
  },
  {
    name: 'card, allow panel',
    scene: 'card-medium',
    open: async (page) => {
      await page.waitForTimeout(600);
      await page.locator('[data-answer=open-allow]').click();
      await page.getByText('Allow for longer than once').waitFor();
    },
  },
  { name: 'card, settled elsewhere', scene: 'card-elsewhere' },
  { name: 'new session', scene: 'main', hash: '#/new' },
  {
    name: 'new session, with problems',
    scene: 'first-run',
    hash: '#/new',
    open: async (page) => {
      await page.getByRole('button', { name: /^Start session/ }).click();
      await page.getByText('Something is missing above.').waitFor();
    },
  },
  {
    name: 'keys',
    scene: 'main',
    open: async (page) => {
      await page.locator('h1').first().click();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'look and keys',
    scene: 'main',
    open: async (page) => {
      await page.getByRole('button', { name: 'Look and keys' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'end session',
    scene: 'main',
    open: async (page) => {
      await page.getByRole('button', { name: 'End session…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'popover', scene: 'main', hash: '#/popover', size: { width: 400, height: 620 } },
  { name: 'popover, empty', scene: 'empty', hash: '#/popover', size: { width: 400, height: 620 } },
  { name: 'engine gone', scene: 'lost' },
  { name: 'signed out', scene: 'refused' },
  { name: 'one column', scene: 'main', size: { width: 360, height: 700 } },
];

/**
 * A look at the page alone, which has no frames: the findings of each would be put together in another tab, which costs
 * more than the look. What passed is told by one place.
 */
function look(
  page: Page,
  options: Parameters<AxeBuilder['options']>[0] = {},
): ReturnType<AxeBuilder['analyze']> {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  return axe.options({ resultTypes: ['violations'], ...options }).analyze();
}

/** Every finding that is serious or worse, with the first place of each; in the dark only the colours are others. */
async function findSerious(page: Page): Promise<string[]> {
  expect(page.frames()).toHaveLength(1);
  const light = await look(page);
  // an empty page has no findings either
  expect(light.passes.length).toBeGreaterThan(8);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await look(page, { runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light.violations, ...dark.violations]
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
    );
}

/** Axe is a script of its own, which the policy of the page forbids. */
function newContext(browser: Browser, size = { width: 1280, height: 800 }): Promise<BrowserContext> {
  return browser.newContext({
    viewport: size,
    colorScheme: 'light',
    bypassCSP: true,
    reducedMotion: 'reduce',
  });
}

/** No screen of this part has a finding that is serious. */
export function checkScreens(part: 'cards' | 'screens', chromium: () => Browser): void {
  let gallery: Gallery;
  beforeAll(async () => {
    gallery = await serveGallery();
  });
  afterAll(() => gallery?.close());

  const screens = SCREENS.filter(({ name }) => name.startsWith('card') === (part === 'cards'));
  it.each(screens)('$name', async ({ scene, hash = '', size, open }) => {
    const context = await newContext(chromium(), size);
    const page = await context.newPage();
    await page.goto(`${gallery.url}?scene=${scene}${hash}`);
    await page.locator('main h1, main, [data-approval]').first().waitFor();
    await open?.(page);
    expect(await findSerious(page)).toEqual([]);
    await context.close();
  });
}

/** Nor has the product itself, with a question that waits. */
export function checkProduct(chromium: () => Browser): void {
  it('the product itself, with a question that waits', async () => {
    const product = await openProductPage({
      ...{ browser: chromium(), colorScheme: 'light', bypassCSP: true },
    });
    const { page, place } = product;
    await page.getByRole('button', { name: 'Start the example' }).waitFor();
    expect(await findSerious(page)).toEqual([]);
    const running = place.run(['exec', '--wait', '-a', 'untrusted', 'touch axe.txt']);
    await page.waitForFunction(() => document.title === '(1) Sallyport');
    await page.keyboard.press('Control+j');
    await page.locator('[data-approval] h2').waitFor();
    expect(await findSerious(page)).toEqual([]);
    await page.getByRole('link', { name: /^work/ }).click();
    await page.getByRole('row').filter({ hasText: 'waiting' }).click();
    expect(await findSerious(page)).toEqual([]);
    await product.close();
    await running;
  });
}
