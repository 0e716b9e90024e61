import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isEngineLocked } from '../../src/server/index.ts';
import { makeFolder } from '../support/real-engine.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'out');
const BUNDLES = ['main/index.js', 'preload/preload.cjs', 'desktop/engine-host.js', 'renderer/desktop.html'];
const missing = BUNDLES.filter((file) => !existsSync(join(OUT, file)));
const why = missing.length === 0 ? '' : ` (not built: ${missing.map((file) => `out/${file}`).join(', ')})`;

describe.skipIf(missing.length > 0)(`the built desktop app, under Node${why}`, () => {
  const folder = makeFolder();
  let result: Record<string, unknown>;

  beforeAll(async () => {
    const driver = join(ROOT, 'test/support/desktop-driver.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [driver, OUT], {
      env: { ...process.env, SALLYPORT_HOME: folder.path },
      timeout: 60_000,
    });
    result = JSON.parse(stdout);
  }, 60_000);
  afterAll(() => folder.remove());

  it('asks for a locked window on its own page, and serves that page', () => {
    expect(result['loaded']).toBe('load sallyport://app/');
    expect(result['page']).toBe(200);
    expect(result['preferences']).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    });
    expect(result['preferences']).toMatchObject({ preload: join(OUT, 'preload/preload.cjs') });
  });

  it("has a real engine answer the page's port, with the rights of a page", () => {
    expect(existsSync(join(folder.path, 'history.sqlite'))).toBe(true);
    expect(result['sessions']).toBe(0);
    expect(result['stop']).toBe('unknown-method');
  });

  it('starts another engine when it was killed, and gives the page a port to that one', () => {
    expect(result['engines']).toEqual(result['children']);
    expect(new Set(result['engines'] as number[]).size).toBe(2);
  });

  it('ends with its engine, which frees its lock', () => {
    expect(result['status']).toBe(0);
    expect(result['asked']).toBe(0);
    expect(isEngineLocked(join(folder.path, 'run'))).toBe(false);
  });

  it('has a preload that loads nothing but Electron', () => {
    const code = readFileSync(join(OUT, 'preload/preload.cjs'), 'utf8');
    expect([...code.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(code).not.toContain('contextBridge');
  });

  it('has a main bundle that loads Electron and Node, and no engine', () => {
    const code = readFileSync(join(OUT, 'main/index.js'), 'utf8');
    const packages = [...code.matchAll(/^import\b[^;]*?from ["']([^"']+)["']/gm)].map(
      ([, name = '']) => name,
    );
    expect(packages.filter((name) => !name.startsWith('node:') && !name.startsWith('.'))).toEqual([
      'electron',
    ]);
    expect(code).not.toMatch(/better-sqlite3|node-pty|DatabaseSync/);
  });
});
