import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openQuestion, seeSettled, tabTo, typeFolder, waitForCount } from '../support/page-acts.ts';
import { openProductPage, type ProductPage } from '../support/page-driver.ts';
import { readSessions } from '../support/read-sessions.ts';
import { shareChromium } from '../support/share-chromium.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const WAIT = { timeout: 30_000 };

const chromium = shareChromium();
let product: ProductPage;
let page: Page;
let folder: string;
beforeEach(async () => {
  product = await openProductPage({ browser: chromium() });
  ({ page } = product);
  folder = join(product.place.folder, 'shop-front');
  mkdirSync(folder);
  mkdirSync(join(product.place.folder, 'shop-back'));
  await page.getByRole('link', { name: 'New session' }).click();
  await page.getByRole('heading', { name: 'New session' }).waitFor();
});
afterEach(() => product.close());

const preview = () => page.getByRole('region', { name: 'What will be enforced' });
const startButton = () => page.getByRole('button', { name: /^Start session/ });
const rows = () => page.getByRole('grid', { name: 'Timeline' }).getByRole('row');

/** Fills in the form without looking, for tests of what comes after it. */
async function start(script: string): Promise<void> {
  await typeFolder(page, folder);
  await page.getByLabel('Script', { exact: true }).fill(script);
  await page.keyboard.press('Control+Enter');
  await rows().first().waitFor(WAIT);
}

describe('the form of a new session', () => {
  it('with the mouse: says what will be enforced and how each step is judged, and starts it', async () => {
    const field = page.getByRole('combobox', { name: 'Folder' });
    await field.click();
    await field.pressSequentially(join(product.place.folder, 'shop-'));
    await page.getByRole('option', { name: 'shop-front' }).click(WAIT);
    expect(await field.inputValue()).toBe(folder);
    await page.getByLabel('Script', { exact: true }).click();
    await page.keyboard.insertText('cat /etc/hostname > seen.txt\necho it runs\nrm -rf /etc/ssl');
    await page.getByRole('radio', { name: /^paranoid/ }).click({ force: true });
    await preview().getByText('nowhere').waitFor(WAIT);
    await page.getByRole('radio', { name: 'workspace-write' }).click();
    await page.getByRole('radio', { name: 'untrusted' }).click();
    await preview().getByText('bubblewrap, by the kernel').waitFor(WAIT);
    await preview().getByText(folder).first().waitFor(WAIT);
    const steps = preview().getByRole('listitem');
    await steps.filter({ hasText: 'cat /etc/hostname' }).filter({ hasText: 'asks you' }).waitFor(WAIT);
    await steps.filter({ hasText: 'echo it runs' }).filter({ hasText: 'runs' }).waitFor(WAIT);
    await steps.filter({ hasText: 'rm -rf /etc/ssl' }).filter({ hasText: 'asks you' }).waitFor(WAIT);
    await startButton().click();
    const id = await openQuestion(page);
    await page.getByRole('button', { name: /^Allow once/ }).click();
    await seeSettled(page, id);
    const second = await openQuestion(page);
    await page.getByRole('button', { name: /^Reject R?$/ }).click();
    await seeSettled(page, second);
    await page.getByText('None is open.').waitFor(WAIT);
    await rows()
      .filter({ hasText: /^output/ })
      .click();
    await page.getByRole('region', { name: 'Output' }).getByText('it runs').waitFor(WAIT);
    expect(readFileSync(join(folder, 'seen.txt'), 'utf8')).not.toBe('');
    expect(await readSessions(product.place)).toMatchObject([{ state: 'closed', approvals: 2 }]);
    expect([product.problems, product.foreignRequests]).toEqual([[], []]);
  });

  it('with keys: fields, choices and start', async () => {
    await tabTo(page, 'Folder');
    await page.keyboard.type(join(product.place.folder, 'shop-f'));
    await page.getByRole('option', { name: 'shop-front' }).waitFor(WAIT);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    // the choice between script and program comes first
    while ((await page.locator('textarea:focus').count()) === 0) await tabTo(page, 'Script');
    await page.keyboard.type('echo by keys');
    await tabTo(page, /^daily/);
    for (const preset of ['paranoid', 'ci']) {
      await page.keyboard.press('ArrowDown');
      await page.getByRole('radio', { name: preset, checked: true }).waitFor(WAIT);
    }
    await page.getByRole('radio', { name: 'never', checked: true }).waitFor(WAIT);
    await tabTo(page, 'Start session');
    await page.keyboard.press('Enter');
    await page.getByText('session closed').waitFor(WAIT);
    await rows().filter({ hasText: 'by keys' }).first().waitFor(WAIT);
    await page
      .getByRole('banner')
      .or(page.getByRole('main'))
      .getByText('never', { exact: true })
      .waitFor(WAIT);
    expect(await readSessions(product.place)).toMatchObject([{ state: 'closed', approvals: 0 }]);
    expect(product.problems).toEqual([]);
  });

  it('says what is missing or wrong, and starts nothing', async () => {
    await startButton().click();
    await page.getByText('In which folder?').waitFor();
    await page.getByText('What should run?').waitFor();
    await page.getByText('Something is missing above.').waitFor();
    await typeFolder(page, join(product.place.folder, 'nowhere'));
    await preview()
      .getByText(/nowhere/)
      .waitFor(WAIT);
    await page.getByLabel('Script', { exact: true }).fill('echo no');
    const form = page.getByRole('form', { name: 'New session' });
    const field = page.getByRole('combobox', { name: 'Folder' });
    // beside the preview the field itself says it
    await expect.poll(() => form.getByText(/nowhere/).count(), WAIT).toBe(2);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await startButton().click();
    await page.getByText('Something is missing above.').waitFor(WAIT);
    writeFileSync(join(product.place.folder, 'a-file'), '');
    await typeFolder(page, join(product.place.folder, 'a-file'));
    await preview()
      .getByText(/is a file\. Choose/)
      .waitFor(WAIT);
    await typeFolder(page, folder);
    await preview().getByText('bubblewrap, by the kernel').waitFor(WAIT);
    await page.getByText('Something is missing above.').waitFor({ state: 'detached', ...WAIT });
    expect(await field.getAttribute('aria-invalid')).not.toBe('true');
    expect(await readSessions(product.place)).toEqual([]);
  });

  it('without a wall only after the word is typed', async () => {
    await typeFolder(page, folder);
    await page.getByLabel('Script', { exact: true }).fill('echo dangerous');
    await page.getByRole('radio', { name: 'danger-full-access' }).click();
    await startButton().click();
    await page.getByText('Type danger to start without a wall').waitFor();
    expect(await readSessions(product.place)).toEqual([]);
    await page.getByLabel(/^Type danger to run/).fill('danger');
    await preview().getByText('everywhere').waitFor(WAIT);
    await startButton().click();
    await page.getByText('session closed').waitFor(WAIT);
    expect(await readSessions(product.place)).toMatchObject([{ state: 'closed' }]);
  });
});

describe('a session that the page started', () => {
  it('goes on when the page is closed, and is there when it is opened again', async () => {
    await start('sleep 2; echo went on > after.txt');
    const other = await product.openWindow();
    await page.close();
    await other.getByText('session closed').waitFor(WAIT);
    await other.getByText('None is open.').waitFor(WAIT);
    expect(readFileSync(join(folder, 'after.txt'), 'utf8')).toBe('went on\n');
  });

  it('is ended by hand: what runs is stopped', async () => {
    await start('sleep 60; touch never.txt');
    await rows().filter({ hasText: 'sleep 60' }).filter({ hasText: 'running' }).first().waitFor(WAIT);
    await page.getByRole('button', { name: 'End session…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByText('None is open.').waitFor(WAIT);
    expect(existsSync(join(folder, 'never.txt'))).toBe(false);
    expect(await readSessions(product.place)).toMatchObject([{ state: 'closed' }]);
  });

  it('holds the next command while it is paused', async () => {
    // long enough for a busy machine to pause it in time
    await start('sleep 6; touch held.txt; echo after');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Go on' }).first().waitFor(WAIT);
    await rows().filter({ hasText: 'sleep 6' }).filter({ hasText: 'exit 0' }).waitFor(WAIT);
    await delay(1000);
    expect(existsSync(join(folder, 'held.txt'))).toBe(false);
    await page.getByRole('main').getByRole('button', { name: 'Go on' }).click();
    await page.getByText('session closed').waitFor(WAIT);
    expect(existsSync(join(folder, 'held.txt'))).toBe(true);
    await waitForCount(page, 0);
  });
});
