import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder } from '../support/real-engine.ts';
import { type SmallServer, serveLocally } from '../support/small-registries.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const folder = makeFolder('hosts', '/var/tmp');
const home = makeFolder('hosts-home', '/var/tmp');
let server: SmallServer;

beforeAll(async () => {
  server = await serveLocally((_request, response) => response.end('served'));
});
afterAll(async () => {
  await server.close();
  folder.remove();
  home.remove();
});

function sallyport(
  ...words: readonly string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder.path,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home.path, SALLYPORT_HOME: join(home.path, 'own') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece) => {
    text.stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    text.stderr += piece;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })));
}

describe('sandbox with hosts', () => {
  test('reaches a typed port of this machine, refuses every other host and reports it', async () => {
    const report = join(home.path, 'report');
    const script = `curl -sS http://127.0.0.1:${server.port}/; echo; curl -s -o /dev/null -w '%{http_code}' http://other.example.org/`;
    const allow = `127.0.0.1:${server.port}`;
    const done = await sallyport(
      'sandbox',
      '--allow-domain',
      allow,
      '--report',
      report,
      '--',
      'sh',
      '-c',
      script,
    );
    expect(done.stdout).toBe('served\n403');
    expect(done.stderr).toContain('sallyport: refused: other.example.org:80: on no list\n');
    const lines = readFileSync(report, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ op: 'connect', host: 'other.example.org:80', rule: 'on no list' }),
    );
  });

  test('without a host there is no proxy and no way out', async () => {
    const done = await sallyport('sandbox', '--', 'sh', '-c', 'echo "[$HTTP_PROXY]"; ls /run/sallyport');
    expect(done.stdout).toMatch(/^\[\]\n/);
    expect(done.stdout).not.toContain('dial');
  });

  test('says what is wrong with an entry, a port or a command that has none', async () => {
    const entry = await sallyport('sandbox', '--allow-domain', 'http://x.org/', '--', 'true');
    expect(entry.stderr).toContain('--allow-domain http://x.org/: this entry is not understood');
    const port = await sallyport('sandbox', '--publish', String(server.port), '--', 'true');
    expect(port.stderr).toContain(`port ${server.port} of this machine cannot be opened`);
    expect(port.stderr).toContain('put another port of this machine in front of the one inside');
    const debug = await sallyport('debug', '--allow-domain', 'x.org', '--', 'true');
    expect([entry.code === 0, port.code === 0, debug.code]).toEqual([false, false, 2]);
  });
});
