import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ROOT = resolve(import.meta.dirname, '../..');
let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'sallyport-bundle-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  execFileSync(
    process.execPath,
    [vite, 'build', '--config', 'vite.node.config.ts', '--outDir', out, '--logLevel', 'error'],
    {
      cwd: ROOT,
    },
  );
});
afterAll(() => rmSync(out, { recursive: true }));

/** A file and everything it loads before it runs. */
function collectStaticImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?"([^"]+)";/gm)) {
    if (path.startsWith('.')) collectStaticImports(resolve(dirname(file), path), seen);
    else seen.add(path);
  }
  return seen;
}

/** The chunk that holds one source file. */
function findChunk(main: string, source: string): string {
  const path = readFileSync(main, 'utf8').match(new RegExp(`import\\("([^"]*/${source}\\d*\\.js)"\\)`))?.[1];
  return resolve(dirname(main), path ?? `no-chunk-of-${source}`);
}

describe('the start of the bundled program', () => {
  it('--version loads nothing but the version', () => {
    const files = [...collectStaticImports(join(out, 'cli/main.js'))];
    const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);
    expect(files).toHaveLength(2);
    expect(bytes).toBeLessThan(10_000);
  });

  it('sandbox loads the wall and no library', () => {
    const chunk = findChunk(join(out, 'cli/main.js'), 'sandbox');
    const files = [...collectStaticImports(chunk)];
    expect(files.filter((file) => !file.startsWith('/') && !file.startsWith('node:'))).toEqual([]);
    expect(files).not.toContain('node:sqlite');
    expect(files).not.toContain('node:crypto');
    const code = files.filter((file) => file.startsWith('/')).map((file) => readFileSync(file, 'utf8'));
    expect(code.join('\n')).toContain('/usr/bin/bwrap');
    for (const library of [
      'node_modules/zod',
      'node_modules/commander',
      'node_modules/smol-toml',
      'node_modules/unbash',
    ]) {
      expect(code.join('\n')).not.toContain(library);
    }
  });

  it('exec is where the libraries are (the check above can fail)', () => {
    const files = [...collectStaticImports(findChunk(join(out, 'cli/main.js'), 'exec'))];
    const code = files.filter((file) => file.startsWith('/')).map((file) => readFileSync(file, 'utf8'));
    expect(code.join('\n')).toContain('node_modules/zod');
    expect(code.join('\n')).toContain('node_modules/commander');
  });
});
