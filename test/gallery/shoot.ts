// Takes pictures of scenes of the gallery, and says what the browser complained about.
//
// Usage: node test/gallery/shoot.ts [--scene main] [--theme light|dark|both] [--hash '#/inbox'] [--size 1280x800]
//   [--out /tmp/shot.png] [--full] [--forced] [--motion] [--scale 1] [--click <selector>]... [--press <key>]... [--wait 400]
// Several scenes at once: `--scene main,inbox`; scene and theme are then added to the name of the picture.
// `--forced`: in the colours of a person's own; `--motion`: with movement, which pictures are without.
// Clicks come before keys. Status 1 when the browser had errors or warnings.
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright';
import { launchChromium } from '../support/page-driver.ts';
import { serveGallery } from './serve-gallery.ts';

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'main' },
    theme: { type: 'string', default: 'light' },
    hash: { type: 'string', default: '' },
    size: { type: 'string', default: '1280x800' },
    out: { type: 'string', default: '/tmp/shot.png' },
    full: { type: 'boolean', default: false },
    forced: { type: 'boolean', default: false },
    motion: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    click: { type: 'string', multiple: true, default: [] },
    press: { type: 'string', multiple: true, default: [] },
    wait: { type: 'string', default: '400' },
  },
});

interface Shot {
  readonly scene: string;
  readonly theme: string;
  readonly path: string;
}

function listShots(): readonly Shot[] {
  const scenes = values.scene.split(',');
  const themes = values.theme === 'both' ? ['light', 'dark'] : [values.theme];
  const isOne = scenes.length * themes.length === 1;
  return scenes.flatMap((scene) =>
    themes.map((theme) => ({
      scene,
      theme,
      path: isOne ? values.out : values.out.replace(/(\.png)?$/, `-${scene}-${theme}.png`),
    })),
  );
}

async function act(page: Page): Promise<void> {
  for (const selector of values.click) await page.click(selector, { timeout: 5000 });
  for (const key of values.press) await page.keyboard.press(key);
  if (values.click.length + values.press.length > 0) await page.waitForTimeout(Number(values.wait));
}

/** One picture; gives what the browser complained about. */
async function shoot(browser: Browser, url: string, shot: Shot): Promise<readonly string[]> {
  const [width = 1280, height = 800] = values.size.split('x').map(Number);
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: Number(values.scale),
    timezoneId: 'UTC',
    locale: 'en-GB',
    reducedMotion: values.motion ? 'no-preference' : 'reduce',
    forcedColors: values.forced ? 'active' : 'none',
    colorScheme: shot.theme === 'dark' ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  await page.goto(`${url}?scene=${shot.scene}&theme=${shot.theme}${values.hash}`);
  await page.waitForTimeout(Number(values.wait));
  await act(page);
  await page.screenshot({ path: shot.path, fullPage: values.full });
  await context.close();
  return complaints;
}

const gallery = await serveGallery();
const browser = await launchChromium();
try {
  for (const shot of listShots()) {
    const complaints = await shoot(browser, gallery.url, shot);
    console.log(`${shot.path}: ${shot.scene}, ${shot.theme}`);
    for (const complaint of complaints) console.log(`  ${complaint}`);
    if (complaints.length > 0) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await gallery.close();
}
