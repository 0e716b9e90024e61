import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isEngineLocked } from '../../src/server/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { findElectronProgram } from './find-program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ROOT = resolve(import.meta.dirname, '../..');
const CLI = join(ROOT, 'out', 'cli', 'main.js');
const TRAY = join(ROOT, 'resources', 'tray');
const program = findElectronProgram();

function whyNot(): string {
  if (program === undefined) return ' (Electron is not installed)';
  if (!existsSync(join(ROOT, 'out', 'main', 'index.js'))) return ' (out/main is not built)';
  const { DISPLAY = '', WAYLAND_DISPLAY = '' } = process.env;
  return process.platform === 'linux' && DISPLAY + WAYLAND_DISPLAY === '' ? ' (there is no display)' : '';
}
const why = whyNot();
/** Chromium's own sandbox does not run as root. */
const ARGS = process.getuid?.() === 0 ? ['--no-sandbox', ROOT] : [ROOT];

describe.skipIf(why !== '')(`the desktop app${why}`, () => {
  const home = makeFolder('sallyport-desktop');
  const env = { ...process.env, SALLYPORT_HOME: home.path } as Record<string, string>;
  const complaints: string[] = [];
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    app = await _electron.launch({ executablePath: program ?? '', args: ARGS, env });
    page = await app.firstWindow();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.getByRole('main').waitFor();
  });
  afterAll(async () => {
    await app?.close();
    home.remove();
  });

  it('opens on its own page, in a world without Node', async () => {
    expect(await page.title()).toContain('Sallyport');
    expect(await page.evaluate('location.origin')).toBe('sallyport://app');
    expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
  });

  it('goes nowhere else', async () => {
    await page.evaluate("void (location.href = 'https://example.org/')");
    expect(await page.evaluate("window.open('https://example.org/') === null")).toBe(true);
    expect(await page.evaluate('location.origin')).toBe('sallyport://app');
    expect(app.windows()).toHaveLength(1);
  });

  it('can draw every icon of its tray', async () => {
    const icons = readdirSync(TRAY)
      .filter((name) => name.endsWith('.png'))
      .map((name) => join(TRAY, name));
    const bad = await app.evaluate(({ nativeImage }, paths) => {
      return paths.filter((path) => nativeImage.createFromPath(path).isEmpty());
    }, icons);
    expect(bad).toEqual([]);
    expect(icons.length).toBeGreaterThan(0);
  });

  it.skipIf(process.platform !== 'linux')(
    `answers a question of a terminal${process.platform === 'linux' ? '' : ' (needs the wall of Linux)'}`,
    async () => {
      const project = join(home.path, 'project');
      mkdirSync(project);
      const run = promisify(execFile);
      const words = ['exec', '--wait', '--ask-for-approval', 'untrusted', 'touch made'];
      const running = run(process.execPath, [CLI, ...words], { cwd: project, env });
      const approvalId = await vi.waitFor(async () => {
        const { stdout } = await run(process.execPath, [CLI, 'approvals', 'list', '--json'], { env });
        const id = stdout.match(/cmd-[0-9a-z]{8}/)?.[0];
        expect(id).toBeDefined();
        return id;
      }, 20_000);
      await page.evaluate(`void (location.hash = '#/inbox/${approvalId}')`);
      const allow = page.getByRole('button', { name: /^allow once/i }).first();
      await allow.waitFor();
      // a card does not take a click that was meant for what was there before
      await page.waitForTimeout(600);
      await allow.click();
      await running;
      expect(existsSync(join(project, 'made'))).toBe(true);
    },
  );

  it('a second start ends at once and leaves the first alone', async () => {
    const second = spawn(program ?? '', ARGS, { env, stdio: 'ignore' });
    const status = await new Promise((settle) => {
      second.on('exit', settle);
    });
    expect(status).toBe(0);
    expect(app.windows()).toHaveLength(1);
  });

  it('had nothing to complain about', () => {
    // the refused navigation above is one, on purpose
    expect(complaints.filter((text) => !text.includes('example.org'))).toEqual([]);
  });

  it('quits with its engine', async () => {
    expect(isEngineLocked(join(home.path, 'run'))).toBe(true);
    const closed = app.waitForEvent('close');
    await app.evaluate(({ app: main }) => main.quit());
    await closed;
    expect(isEngineLocked(join(home.path, 'run'))).toBe(false);
  });
});
