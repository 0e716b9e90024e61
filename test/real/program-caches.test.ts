import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, type TestUser } from '../support/as-user.ts';
import { PROGRAM } from '../support/program.ts';
import { type SmallServer, serveNpm } from '../support/small-registries.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const NPM = '/usr/bin/npm';
const isRoot = process.getuid?.() === 0;

const idsOf = ({ uid, gid }: TestUser) => (isRoot ? { uid, gid } : {});

function usersWithProgram(): TestUser[] {
  const canRead = (user: TestUser): boolean =>
    spawnSync('/usr/bin/test', ['-r', PROGRAM], idsOf(user)).status === 0;
  return listTestUsers().filter(canRead);
}

const isPossible = process.platform === 'linux' && existsSync(NPM);

describe.skipIf(!isPossible).each(isPossible ? usersWithProgram() : [])('npm install as $name', (user) => {
  let folder: ReturnType<typeof makeUserFolder>;
  let server: SmallServer;
  let home = '';
  let work = '';

  beforeEach(async () => {
    folder = makeUserFolder(user);
    home = join(folder.path, 'home');
    work = join(folder.path, 'work');
    for (const path of [home, work]) mkdirSync(path);
    writeFileSync(join(work, 'package.json'), '{"name":"x","version":"1.0.0"}\n');
    server = await serveNpm('127.0.0.1', join(folder.path, 'served'));
    giveTo(user, folder.path);
  });
  afterEach(async () => {
    await server.close();
    folder.remove();
  });

  function sallyport(...words: readonly string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: work,
      env: { PATH: '/usr/bin:/bin', HOME: home, SALLYPORT_HOME: join(folder.path, 'own') },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...idsOf(user),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece) => {
        output += piece;
      });
    }
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
  }

  const install = () => `npm install small-package --registry http://127.0.0.1:${server.port}/ --no-audit`;
  const allow = () => ['--allow-domain', `127.0.0.1:${server.port}`];

  describe.each([false, true])('with ~/.npm there: %s', (isThere) => {
    const kept = () => (isThere ? readdirSync(join(home, '.npm'), { recursive: true }).sort() : []);

    beforeEach(() => {
      if (!isThere) return;
      mkdirSync(join(home, '.npm', '_cacache', 'tmp'), { recursive: true });
      writeFileSync(join(home, '.npm', '_cacache', 'kept'), '');
      giveTo(user, home);
    });

    test.each([
      ['exec', () => ['exec', '-a', 'never', ...allow(), install()]],
      ['run', () => ['run', '-a', 'never', ...allow(), '--', ...install().split(' ')]],
      ['sandbox', () => ['sandbox', ...allow(), '--', ...install().split(' ')]],
    ])('%s: works, and the cache of the host is not touched', async (_way, words) => {
      const before = kept();
      const done = await sallyport(...words());
      expect(done.output).not.toContain('refused');
      expect([done.code, done.output]).toEqual([0, expect.stringContaining('added 1 package')]);
      const installed = join(work, 'node_modules', 'small-package', 'index.js');
      expect(readFileSync(installed, 'utf8')).toContain('from the small registry');
      expect([existsSync(join(home, '.npm')), kept()]).toEqual([isThere, before]);
    });
  });

  test("works with this machine's own /tmp, where nothing is left", async () => {
    const words = [
      'exec',
      '-a',
      'never',
      '-c',
      'tmp="shared"',
      ...allow(),
      `${install()}; ls /dev/shm/.cache`,
    ];
    const done = await sallyport(...words);
    expect([done.code, done.output]).toEqual([0, expect.stringMatching(/added 1 package[\s\S]*npm/)]);
    expect([existsSync('/tmp/.cache/npm'), existsSync('/dev/shm/.cache/npm')]).toEqual([false, false]);
  });

  test('what was fetched is found again in the same session', async () => {
    const script = `${install()} && rm -r node_modules && ${install()} --offline && ls /tmp/.cache/npm`;
    const done = await sallyport('exec', '-a', 'never', ...allow(), script);
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('_cacache')]);
    expect(server.asked.filter((path) => path.endsWith('.tgz'))).toHaveLength(1);
  });
});
