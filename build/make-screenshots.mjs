// Takes the pictures of the page that the documents show, from the built product itself: its own sessions, in scratch
// projects, light and dark. Run it after a change of the page (`npm run build` first), look at them, commit them.
//
// Usage: node build/make-screenshots.mjs     (CHROMIUM: the browser to draw with)
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from './find-chromium.mjs';
import { root } from './own-node.mjs';

const PICTURES = join(root, 'resources', 'screenshots');
const PRODUCT = join(root, 'out', 'cli', 'main.js');
const SIZE = { width: 1280, height: 800 };
/** Seen in the pictures, so it has a name of its own each time the same; /tmp would be another one behind the wall. */
const BASE = '/var/tmp/sallyport-pictures';
const WAIT_MS = 30_000;
/** A card must stand still for 400 ms before it can be answered. */
const READ_MS = 700;

const env = { ...process.env, SALLYPORT_HOME: join(BASE, '.sallyport'), HOME: BASE };
// no window but the browser's that takes the pictures
for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) delete env[name];

/** Sessions that wait while the pictures are taken, each with a question of another risk. Nothing of them is answered. */
const WAITING = {
  'payments-api': 'rm -rf ~/invoices && git status --short',
  website: 'npm ci && npm run build',
  shop: 'mkdir -p build && cp src/prices.csv build/',
};
/** What stands in the form of the new session. */
const SCRIPT = 'npm ci\nnpm test\ngit add -A && git commit -m "Fix the refunds"\nrm -rf ~/.cache/refunds';

/** @type {import('node:child_process').ChildProcess[]} */
const children = [];

/** @param {string[]} words @param {string} folder */
function startProduct(words, folder) {
  const child = spawn(process.execPath, [PRODUCT, ...words], { cwd: folder, env });
  children.push(child);
  return child;
}

/** What a session must not lose. */
function makeInvoices() {
  const folder = join(BASE, 'invoices');
  mkdirSync(folder);
  for (const month of ['01', '02', '03'])
    writeFileSync(join(folder, `2026-${month}.csv`), 'tea,3\n'.repeat(5000));
}

/** @param {string} name */
function makeProject(name) {
  const folder = join(BASE, name);
  mkdirSync(join(folder, 'src', 'old'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), `{"name": "${name}", "private": true}\n`);
  writeFileSync(join(folder, 'src', 'prices.csv'), 'tea,3\n');
  writeFileSync(join(folder, 'src', 'old', 'prices.csv'), 'tea,2\n');
  const git = (...words) => spawnSync('git', ['-C', folder, ...words], { env, stdio: 'ignore' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', 'commit', '--quiet', '-m', 'Start');
  return folder;
}

/** The address that `serve` prints. @returns {Promise<string>} */
function readAddress(serve) {
  return new Promise((resolve, reject) => {
    let said = '';
    const take = (text) => {
      said += text;
      const address = said.match(/http:\/\/\S+#token=\S+/)?.[0];
      if (address !== undefined) resolve(address);
    };
    serve.stdout.setEncoding('utf8').on('data', take);
    serve.stderr.setEncoding('utf8').on('data', take);
    serve.on('close', () => reject(new Error(`serve has ended: ${said}`)));
  });
}

/** @param {import('playwright').Page} page @param {string} name */
async function shoot(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(READ_MS);
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`) });
  }
}

/** Clicks the row of the question with this text, and reads the card. */
async function openCard(page, text) {
  const rows = page.getByRole('row').filter({ hasText: 'waiting' });
  await rows.filter({ hasText: text }).last().click({ timeout: WAIT_MS });
  await page.locator('section[data-approval][data-state=open]').waitFor({ timeout: WAIT_MS });
  await page.waitForTimeout(READ_MS);
}

/** The example up to the write that the wall holds. */
async function walkExample(page) {
  await page.getByRole('button', { name: 'Start the example' }).click();
  await openCard(page, 'tr a-z');
  await page.keyboard.press('a');
  await openCard(page, 'rm -rf dist');
  await page.keyboard.press('f');
  await page.waitForTimeout(READ_MS);
  await page.keyboard.type('It is being served.');
  await page.waitForTimeout(READ_MS);
  await page.keyboard.press('Control+Enter');
  await openCard(page, 'awk');
  await page.keyboard.press('a');
  await page
    .getByRole('row')
    .filter({ hasText: 'pre-commit' })
    .filter({ hasText: 'waiting' })
    .last()
    .waitFor();
}

async function fillForm(page) {
  await page.getByRole('link', { name: 'New session' }).click();
  await page.getByRole('combobox', { name: 'Folder' }).fill('~/shop');
  // leaves the field, and with it the list below it
  await page.keyboard.press('Tab');
  await page.getByLabel('Script', { exact: true }).last().fill(SCRIPT);
  await page.getByText('What will happen to each step').waitFor({ timeout: WAIT_MS });
  await page.getByRole('heading', { name: 'New session' }).focus();
}

async function takePictures(page) {
  await page.getByRole('button', { name: 'Start the example' }).and(page.locator(':enabled')).waitFor();
  await shoot(page, 'first-steps');
  await walkExample(page);
  for (const [name, script] of Object.entries(WAITING)) {
    startProduct(['exec', '--wait', '-a', 'untrusted', script], makeProject(name));
  }
  await page.getByRole('button', { name: '4 waiting' }).waitFor({ timeout: WAIT_MS });
  await openCard(page, 'pre-commit');
  await shoot(page, 'session');
  await page.getByRole('link', { name: 'Inbox' }).click();
  await page.locator('section[data-approval][data-state=open]').waitFor({ timeout: WAIT_MS });
  await shoot(page, 'inbox');
  await fillForm(page);
  await shoot(page, 'new-session');
}

rmSync(BASE, { recursive: true, force: true });
mkdirSync(BASE, { recursive: true });
makeInvoices();
const serve = startProduct(['serve', '--no-open'], BASE);
const browser = await chromium.launch({
  executablePath: findChromium() ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: SIZE, locale: 'en-GB', timezoneId: 'UTC' });
  await page.goto(await readAddress(serve));
  await takePictures(page);
} finally {
  await browser.close();
  const ended = new Promise((resolve) => serve.on('close', resolve));
  for (const child of children.toReversed()) child.kill('SIGTERM');
  await ended;
  rmSync(BASE, { recursive: true, force: true });
}
