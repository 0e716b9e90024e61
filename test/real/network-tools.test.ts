import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Approval } from '../../src/protocol/index.ts';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type SmallServer, serveGit, serveNpm, servePip } from '../support/small-registries.ts';

const NPM = '/usr/bin/npm';
const PYTHON = '/usr/bin/python3';
const hasPip = existsSync('/usr/lib/python3/dist-packages/pip');

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
let files: ReturnType<typeof makeFolder>;
let server: SmallServer;

beforeAll(async () => {
  real = await startRealEngine({ resolve: async () => ['127.0.0.1'] });
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('tools', '/var/tmp');
  files = makeFolder('served', '/var/tmp');
});
afterEach(async () => {
  await server.close();
  folder.remove();
  files.remove();
});

function run(script: string) {
  return real.run(script, {
    cwd: folder.path,
    env: { HOME: folder.path, TMPDIR: '/tmp' },
    answer: () => allowOnce,
  });
}

/** Questions about a host; one about the risk of the command as such may come before. */
const asked = (questions: readonly Approval[]): string[] =>
  questions
    .filter(({ kind, grant }) => kind === 'net' || hostsOf(grant).length > 0)
    .map(({ kind, grant }) => `${kind} ${hostsOf(grant).join()}`);

const hostsOf = (grant: Approval['grant']): string[] =>
  (grant?.hosts ?? []).map(({ host, port }) => `${host}:${port}`);

describe('tools that know nothing of Sallyport: one question for the host, then success', () => {
  test.skipIf(!existsSync(NPM))('npm install', { timeout: 120_000 }, async () => {
    server = await serveNpm('registry.test', files.path);
    const registry = `http://registry.test:${server.port}/`;
    const done = await run(`npm install small-package --registry ${registry} --no-audit --no-fund`);
    expect(`${done.result.exitCode} ${done.stderr}`).toMatch(/^0 /);
    expect(asked(done.questions)).toEqual([`net registry.test:${server.port}`]);
    expect(done.questions.filter(({ kind }) => kind === 'edit')).toEqual([]);
    const installed = join(folder.path, 'node_modules', 'small-package', 'index.js');
    expect(readFileSync(installed, 'utf8')).toContain('from the small registry');
  });

  test.skipIf(!hasPip)('pip install', { timeout: 120_000 }, async () => {
    server = await servePip(files.path, PYTHON);
    const index = `http://index.test:${server.port}/simple/`;
    const done = await run(
      `${PYTHON} -m pip install --disable-pip-version-check --trusted-host index.test --index-url ${index} --target ./out small-wheel && cat out/small_wheel.py`,
    );
    expect(`${done.result.exitCode} ${done.stderr}`).toMatch(/^0 /);
    expect(asked(done.questions)).toEqual([`net index.test:${server.port}`]);
    expect(done.stderr).not.toMatch(/cache/i);
    expect(done.stdout).toContain('from the small index');
  });

  test('git clone', { timeout: 120_000 }, async () => {
    server = await serveGit(files.path);
    const done = await run(`git clone -q http://code.test:${server.port}/small.git out && cat out/README`);
    expect(`${done.result.exitCode} ${done.stderr}`).toMatch(/^0 /);
    expect(asked(done.questions)).toEqual([`net code.test:${server.port}`]);
    expect(done.stdout).toContain('from the small server');
  });
});
