import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measurePageFrames } from '../bench/page-frames.ts';
import { type Gallery, serveGallery } from '../gallery/serve-gallery.ts';
import { launchChromium } from '../support/page-driver.ts';

let gallery: Gallery;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  [gallery, browser] = await Promise.all([serveGallery(), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await gallery?.close();
});
afterEach(async () => {
  await page.context().close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(scene: string, hash = ''): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  await page.goto(`${gallery.url}?scene=${scene}${hash}`);
  await page.locator('[role=grid] [role=row]').first().waitFor();
  await settled();
}

const grid = () => page.getByRole('grid', { name: 'Timeline' });
const pill = () => page.getByRole('button', { name: /new|To the end/ });
const selected = () => page.locator('[role=row][aria-selected=true]');
const settled = () => page.evaluate(() => new Promise((done) => setTimeout(done, 200)));

/** How far the end of the rows is below the view, in px. */
const distance = () => grid().evaluate((el) => el.scrollHeight - el.clientHeight - el.scrollTop);

async function wheel(px: number): Promise<void> {
  await grid().hover();
  await page.mouse.wheel(0, px);
  await settled();
}

/** Where the rows in sight stand in the window, by position. */
function places(): Promise<Record<string, number>> {
  return grid().evaluate((el) => {
    const view = el.getBoundingClientRect();
    const found: Record<string, number> = {};
    for (const row of el.querySelectorAll('[data-position]')) {
      const { top } = row.getBoundingClientRect();
      const isInView = top >= view.top && top < view.bottom;
      if (isInView) found[row.getAttribute('data-position') ?? ''] = Math.round(top);
    }
    return found;
  });
}

describe('following the end', () => {
  it('stays at the end while rows come', async () => {
    await open('timeline-growing');
    const before = Number(await grid().getAttribute('aria-rowcount'));
    await expect
      .poll(async () => Number(await grid().getAttribute('aria-rowcount')))
      .toBeGreaterThan(before + 5);
    expect(await distance()).toBeLessThanOrEqual(1);
    expect(await pill().count()).toBe(0);
    // what is being printed stands behind the last row
    expect(
      await grid()
        .getByText(/^compiling part/)
        .count(),
    ).toBe(1);
  });

  it('stops when scrolled up: nothing that is read moves, the pill counts, F leads back', async () => {
    await open('timeline-growing');
    await wheel(-900);
    const before = await places();
    expect(Object.keys(before).length).toBeGreaterThan(15);
    await expect.poll(() => pill().textContent()).toMatch(/^\d+ new/);
    await settled();
    expect(await places()).toEqual(before);
    await page.keyboard.press('f');
    await expect.poll(distance).toBeLessThanOrEqual(1);
    expect(await pill().count()).toBe(0);
  });

  it('follows again when scrolled to the end by hand, and by the pill', async () => {
    await open('timeline-growing');
    await wheel(-900);
    await pill().click();
    await expect.poll(distance).toBeLessThanOrEqual(1);
    await wheel(-300);
    expect(await pill().count()).toBe(1);
    await wheel(5000);
    expect(await pill().count()).toBe(0);
    await settled();
    expect(await distance()).toBeLessThanOrEqual(1);
  });

  it('keeps the end in sight when the window gets lower', async () => {
    await open('timeline-growing');
    await page.setViewportSize({ width: 1280, height: 500 });
    await settled();
    expect(await distance()).toBeLessThanOrEqual(1);
  });
});

describe('keys', () => {
  it('N goes round the waiting questions and shows their cards without taking the focus', async () => {
    await open('timeline-ends');
    await grid().focus();
    await page.keyboard.press('n');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000004');
    await page.keyboard.press('n');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000005');
    await page.keyboard.press('n');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000004');
    await page.keyboard.press('Shift+N');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000005');
    const open_ = await page.evaluate(() => Reflect.get(window, 'gallery').local.getState());
    expect(open_.openApprovalId).toBe('cmd-00000005');
    expect(await grid().evaluate((el) => el === document.activeElement)).toBe(true);
  });

  it('brackets go to questions that are settled, too', async () => {
    await open('timeline-ends');
    await grid().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('[');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000004');
    await page.keyboard.press('[');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000003');
    await page.keyboard.press(']');
    await expect.poll(() => selected().textContent()).toContain('cmd-00000004');
  });

  it('arrows, page keys, Home and End move the selected row and keep it in sight', async () => {
    await open('huge');
    await grid().focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => selected().getAttribute('aria-rowindex')).toBe('100000');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => selected().getAttribute('aria-rowindex')).toBe('99999');
    const id = await grid().getAttribute('aria-activedescendant');
    expect(await selected().getAttribute('id')).toBe(id);
    await page.keyboard.press('Home');
    await expect.poll(() => selected().getAttribute('aria-rowindex')).toBe('1');
    await expect.poll(() => selected().textContent()).toContain('make part-000000');
    await page.keyboard.press('PageDown');
    await expect.poll(async () => Number(await selected().getAttribute('aria-rowindex'))).toBeGreaterThan(15);
    await page.keyboard.press('End');
    await expect.poll(() => selected().getAttribute('aria-rowindex')).toBe('100000');
    expect(await distance()).toBeLessThanOrEqual(1);
  });

  it('letters do nothing while one types, nor with Ctrl, nor when they are off', async () => {
    await open('timeline-growing');
    await wheel(-900);
    const query = page.getByRole('textbox', { name: 'Query' });
    await query.focus();
    await page.keyboard.press('f');
    expect(await query.inputValue()).toBe('f');
    await page.keyboard.press('Escape');
    await grid().focus();
    await page.keyboard.press('Control+f');
    await page.evaluate(() => Reflect.get(window, 'gallery').local.setState({ hasLetterKeys: false }));
    await page.keyboard.press('f');
    await page.keyboard.press('/');
    await settled();
    expect(await pill().count()).toBe(1);
    expect(await query.evaluate((el) => el === document.activeElement)).toBe(false);
  });

  it('a click on a waiting row asks for the focus of its card; another row is only selected', async () => {
    await open('main');
    await page.evaluate(() => {
      const { local } = Reflect.get(window, 'gallery');
      const wanted: string[] = [];
      Object.assign(window, { wanted });
      local.subscribe((ui: { cardFocusWanted?: string }) => {
        if (ui.cardFocusWanted !== undefined) wanted.push(ui.cardFocusWanted);
      });
    });
    await page.locator('[role=row]', { hasText: 'npm run docs' }).click();
    const after = await page.evaluate(() => Reflect.get(window, 'gallery').local.getState());
    expect(after.selectedRow.text).toBe('npm run docs');
    expect(after.openApprovalId).toBeUndefined();
    expect(await page.evaluate(() => Reflect.get(window, 'wanted'))).toEqual([]);
    await page.locator('[role=row]', { hasText: 'cmd-7k3q9d2e' }).click();
    expect(await page.evaluate(() => Reflect.get(window, 'wanted'))).toContain('cmd-7k3q9d2e');
  });
});

describe('filter', () => {
  it('chips, risk and query write one filter, kept when one comes back', async () => {
    await open('main');
    const query = page.getByRole('textbox', { name: 'Query' });
    await page.getByRole('radio', { name: /^Commands/ }).click();
    await expect.poll(() => query.inputValue()).toBe('kind:command');
    await page.getByLabel('risk ≥').selectOption('6');
    await expect.poll(() => query.inputValue()).toBe('kind:command risk>=6');
    await expect.poll(() => page.locator('[data-position]').count()).toBeLessThan(4);
    await page.keyboard.press('Escape');
    await page.getByRole('grid').focus();
    await page.keyboard.press('/');
    expect(await query.evaluate((el) => el === document.activeElement)).toBe(true);
    await query.fill('nothing-of-this');
    await page.getByText('No row of this session fits').waitFor();
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.locator('[role=row]', { hasText: 'npm run docs' }).waitFor();
    await query.fill('risk>=99');
    await page.getByText(/from 0 to 10/).waitFor();
    expect(await query.getAttribute('aria-invalid')).toBe('true');
  });
});

function holdPages(isHeld: boolean): Promise<void> {
  return page.evaluate((held) => {
    Reflect.get(window, 'gallery').pageGate.isHeld = held;
  }, isHeld);
}

describe('many rows', () => {
  it('does not jump when rows above get their heights', async () => {
    await open('huge');
    const map = page.getByRole('img', { name: /^Map of/ });
    const box = await map.boundingBox();
    if (box === null) throw new Error('no map');
    for (const part of [0.5, 0.2, 0.83]) {
      await holdPages(true);
      await page.mouse.click(box.x + 12, box.y + box.height * part);
      // before the rows of that place have come
      await expect.poll(() => page.getByText('loading', { exact: true }).count()).toBeGreaterThan(10);
      const before = await places();
      await holdPages(false);
      await page.getByText('loading', { exact: true }).first().waitFor({ state: 'detached' });
      const [top] = Object.keys(before)
        .map(Number)
        .sort((a, b) => a - b);
      const after = await places();
      expect(after[String(top)]).toBe(before[String(top)]);
      // and not while one scrolls up through rows that were never seen
      await wheel(-3000);
      const still = await places();
      await settled();
      expect(await places()).toEqual(still);
    }
  });

  it('draws a window of rows, each as high as it was computed', async () => {
    await open('huge');
    await wheel(-2000);
    const wrong = await grid().evaluate((el) => {
      const rows = [...el.querySelectorAll<HTMLElement>('[data-position]')].map((row) => ({
        position: Number(row.dataset['position']),
        top: row.getBoundingClientRect().top - Number.parseFloat(getComputedStyle(row).marginTop),
        bottom: row.getBoundingClientRect().bottom + Number.parseFloat(getComputedStyle(row).marginBottom),
      }));
      rows.sort((a, b) => a.position - b.position);
      return rows.filter((row, at) => at > 0 && Math.abs(row.top - (rows[at - 1]?.bottom ?? 0)) > 0.5);
    });
    expect(wrong).toEqual([]);
    expect(await grid().getAttribute('aria-rowcount')).toBe('100000');
  });

  it('scrolls with few rows in the document', async () => {
    await open('huge');
    const times = await measurePageFrames(page, { frames: 120, step: 180, jumpEvery: 40 });
    expect(times.mostRows).toBeGreaterThan(20);
    expect(times.mostRows).toBeLessThanOrEqual(60);
  });

  it('goes to the row of the question that the address names', async () => {
    await open('huge');
    const hash = await page.evaluate(() => location.hash);
    await page.evaluate((to) => {
      location.hash = to;
    }, `${hash}/cmd-00003645`);
    await expect.poll(() => selected().textContent()).toContain('cmd-00003645');
    expect(await distance()).toBeGreaterThan(1_000_000);
  });
});
