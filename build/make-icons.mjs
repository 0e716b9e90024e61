// Draws the PNGs of the app's icon and of the tray's from the SVGs beside them; run it after a change of one, and commit
// what it writes. The tray's are drawn in black (which macOS colours itself) and light, for 16 and 22 points, both also
// at twice the size for dense displays.
//
// Usage: node build/make-icons.mjs     (CHROMIUM: the browser to draw with)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from './find-chromium.mjs';
import { root } from './own-node.mjs';

const RESOURCES = join(root, 'resources');
const TONES = { black: '#000', light: '#fff' };
/** What the drawings of the tray are filled and stroked with; inside a mask black and white mean something else. */
const INK = '#000';

/** Strokes of the number in the badge, around its middle; `waiting.svg` shows one of them. */
const NUMBERS = {
  1: 'M-1.1 -1.35L.3 -2.25V2.25',
  2: 'M-1.25 -1.05a1.3 1.25 0 1 1 2.25 .85L-1.3 2.25H1.4',
  3: 'M-1.3 -2.25H1.25L-.1 -.55a1.42 1.42 0 1 1 -1.25 2.3',
  4: 'M.65 2.25V-2.25L-1.6 .95H1.6',
  5: 'M1.2 -2.25H-1L-1.2 -.25a1.45 1.35 0 1 1 -.1 1.85',
  6: 'M.75 -2.25L-1.15 .15M1.4 .85a1.4 1.4 0 1 1 -2.8 0a1.4 1.4 0 1 1 2.8 0',
  7: 'M-1.4 -2.25H1.4L-.45 2.25',
  8: 'M1.15 -1.15a1.15 1.1 0 1 1 -2.3 0a1.15 1.1 0 1 1 2.3 0M1.4 1.05a1.4 1.2 0 1 1 -2.8 0a1.4 1.2 0 1 1 2.8 0',
  9: 'M-.75 2.25L1.15 -.15M-1.4 -.85a1.4 1.4 0 1 1 2.8 0a1.4 1.4 0 1 1 -2.8 0',
  more: 'M-1.9 0H1.9M0 -1.9V1.9',
};

/** The name of each icon of the tray, and its drawing. @returns {{ name: string, svg: string }[]} */
function listTrayIcons() {
  const read = (state) => readFileSync(join(RESOURCES, 'tray', `${state}.svg`), 'utf8');
  const waiting = read('waiting');
  const number = /(<g transform="translate\([^"]*\)"><path d=")[^"]*"/;
  if (!number.test(waiting)) throw new Error('waiting.svg has no number in its badge');
  const numbered = Object.entries(NUMBERS).map(([name, path]) => ({
    name: `waiting-${name}`,
    svg: waiting.replace(number, `$1${path}"`),
  }));
  return [{ name: 'idle', svg: read('idle') }, { name: 'running', svg: read('running') }, ...numbered];
}

/** @param {string} svg @param {string} colour */
function recolour(svg, colour) {
  return svg
    .split(/(<mask[\s\S]*?<\/mask>)/)
    .map((part) => (part.startsWith('<mask') ? part : part.replaceAll(INK, colour)))
    .join('');
}

/** @param {string} svg @param {number} pixels */
function resize(svg, pixels) {
  return svg.replace(/ width="\d+" height="\d+"/, ` width="${pixels}" height="${pixels}"`);
}

/** @returns {{ svg: string, pixels: number, file: string }[]} */
function listDrawings() {
  const icon = readFileSync(join(RESOURCES, 'icons', 'icon.svg'), 'utf8');
  const tray = listTrayIcons().flatMap(({ name: icon, svg }) => {
    return Object.entries(TONES).flatMap(([tone, colour]) =>
      [16, 22].flatMap((points) =>
        [1, 2].map((scale) => {
          const name = `${icon}-${tone}${points === 16 ? '' : `-${points}`}${scale === 1 ? '' : '@2x'}.png`;
          return { svg: recolour(svg, colour), pixels: points * scale, file: join(RESOURCES, 'tray', name) };
        }),
      ),
    );
  });
  return [{ svg: icon, pixels: 512, file: join(RESOURCES, 'icons', 'icon-512.png') }, ...tray];
}

const browser = await chromium.launch({
  executablePath: findChromium() ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: { width: 512, height: 512 } });
  for (const { svg, pixels, file } of listDrawings()) {
    await page.setContent(`<style>*{margin:0}svg{display:block}</style>${resize(svg, pixels)}`);
    await page.locator('svg').screenshot({ path: file, omitBackground: true });
  }
} finally {
  await browser.close();
}
