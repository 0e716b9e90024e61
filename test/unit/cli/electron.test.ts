import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchElectron, readFetchFailure } from '../../../src/cli/fetch-electron.ts';
import { findElectron } from '../../../src/cli/find-electron.ts';
import { hasDisplay } from '../../../src/cli/has-display.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-electron-')));
});
afterEach(() => rmSync(root, { recursive: true }));

const folder = (): string => join(root, 'node_modules', 'electron');
const look = (env: NodeJS.ProcessEnv = {}) =>
  findElectron(pathToFileURL(join(root, 'out', 'x.js')).href, env);

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A package as it is before its download, with this for an installer. */
function makePackage(installer = ''): void {
  write(join(folder(), 'package.json'), JSON.stringify({ name: 'electron', version: '1.2.3' }));
  write(join(folder(), 'install.js'), installer);
}

function obtain(): NonNullable<ReturnType<typeof look>> {
  const found = look();
  if (found === undefined) throw new Error('no package');
  return found;
}

describe('the Electron of a checkout', () => {
  it('is missing, not downloaded yet, or there', () => {
    expect(look()).toBeUndefined();
    makePackage();
    expect(look()).toEqual({ folder: folder(), version: '1.2.3', program: undefined });
    write(join(folder(), 'path.txt'), 'inner/electron');
    expect(look()?.program).toBeUndefined();
    const program = write(join(folder(), 'dist', 'inner', 'electron'), '');
    expect(look()?.program).toBe(program);
    const other = write(join(root, 'other', 'inner', 'electron'), '');
    expect(look({ ELECTRON_OVERRIDE_DIST_PATH: join(root, 'other') })?.program).toBe(other);
  });

  it('is downloaded by its own script; that leaves no note', async () => {
    makePackage("require('node:fs').writeFileSync(`${__dirname}/path.txt`, 'electron')");
    expect(await fetchElectron(obtain())).toBeUndefined();
    expect(readFetchFailure(obtain())).toBeUndefined();
    write(join(folder(), 'dist', 'electron'), '');
    expect(look()?.program).toBeDefined();
  });

  it('remembers why a download failed, for this version alone', async () => {
    makePackage("process.stderr.write('\\nTypeError: fetch failed\\n    at somewhere'); process.exit(1)");
    const failure = await fetchElectron(obtain());
    expect(failure).toBe('TypeError: fetch failed');
    expect(readFetchFailure(obtain())).toBe(failure);
    expect(readFetchFailure({ ...obtain(), version: '1.2.4' })).toBeUndefined();
  });

  it('gives up a download that takes too long', async () => {
    makePackage('setInterval(() => {}, 1000)');
    expect(await fetchElectron(obtain(), 300)).toBe('the download took longer than 0.3 s');
  });
});

describe('a display', () => {
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, boolean]>([
    ['linux', {}, false],
    ['linux', { DISPLAY: '' }, false],
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['darwin', {}, true],
    ['win32', {}, true],
  ])('%s %j: %s', (platform, env, isThere) => {
    expect(hasDisplay(env, platform)).toBe(isThere);
  });
});
