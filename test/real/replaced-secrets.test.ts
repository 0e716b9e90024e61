/** Secrets that somebody outside replaces, or makes, while a program runs: it cannot read them. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverRun, describeSession, startSteps } from '../support/sandbox-steps.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Tries to read all of them again and again, and says in a file what it has seen in each round. */
const READER = `
import errno, json, os, sys, time
paths = json.load(sys.stdin)
def look(path):
    try:
        if os.path.isdir(path): return ' '.join(sorted(os.listdir(path)))
        with open(path) as file: return file.read()
    except OSError as error:
        return {errno.ENOENT: 'missing', errno.EACCES: 'closed'}.get(error.errno, str(error))
count = 0
while not os.path.exists('stop'):
    count += 1
    seen = {path: look(path) for path in paths}
    with open('seen.new', 'w') as file: json.dump({'count': count, 'seen': seen}, file)
    os.rename('seen.new', 'seen')
    if count == 1: print('ready', flush=True)
    time.sleep(0.005)
`;

interface Round {
  readonly count: number;
  readonly seen: Readonly<Record<string, string>>;
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())('replaced secrets as $name', (user) => {
  let folder: ReturnType<typeof makeUserFolder>;
  let running: DriverRun;
  const at = (name: string): string => join(folder.path, name);
  const round = (): Round => JSON.parse(readFileSync(at('ws/seen'), 'utf8'));

  beforeEach(() => {
    folder = makeUserFolder(user);
    for (const name of ['ws', 'home/.sallyport', 'new']) mkdirSync(at(name), { recursive: true });
  });
  afterEach(async () => {
    writeFileSync(at('ws/stop'), '');
    const { code, stderr } = await running.ended;
    folder.remove();
    expect([code, stderr]).toEqual([0, '']);
  });

  function put(...names: readonly string[]): void {
    for (const name of names) {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), `the secret of ${name}`);
      // Not all of it: the reader makes and renames files in its workspace meanwhile.
      giveTo(user, at(name.startsWith('ws/') ? name : (name.split('/')[0] ?? name)));
    }
  }

  /** Written aside, and renamed over what is there, as tools do. */
  function renameOver(name: string): void {
    writeFileSync(at('new/file'), 'another secret');
    giveTo(user, at('new'));
    renameSync(at('new/file'), at(name));
  }

  /** Starts the reader, and waits for its first round. */
  async function read(
    names: readonly string[],
    { denyRead = [], holder }: { readonly denyRead?: readonly string[]; readonly holder?: string } = {},
  ): Promise<void> {
    const helpers = shareHelpers(folder.path);
    const spec = describeSession(user, folder.path, {
      ...helpers,
      ...(holder !== undefined && { holder: at(holder) }),
    });
    giveTo(user, folder.path);
    running = startSteps({
      ...spec,
      plain: { ...spec.plain, denyRead },
      settings: { protectSecrets: true },
      steps: [
        {
          ...{ kind: 'launch', id: 'reader', gate: 'exec', stdin: JSON.stringify(names.map(at)) },
          argv: ['/usr/bin/python3', '-c', READER],
        },
      ],
    });
    await running.row('reader ready');
  }

  /** In a round that began after now, and in all later ones that are looked at. */
  async function expectSeen(expected: Readonly<Record<string, string>>): Promise<void> {
    const from = round().count + 1;
    await vi.waitFor(
      () => {
        const { count, seen } = round();
        const found = Object.fromEntries(Object.keys(expected).map((name) => [name, seen[at(name)]]));
        expect([count > from, found]).toEqual([true, expected]);
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  test('one that is renamed over, again and again', async () => {
    put('home/.netrc', 'ws/.env');
    await read(['home/.netrc', 'ws/.env'], { denyRead: ['.env'] });
    const closed = { 'home/.netrc': 'closed', 'ws/.env': 'closed' };
    await expectSeen(closed);
    for (let times = 0; times < 5; times++) {
      renameOver('home/.netrc');
      renameOver('ws/.env');
      await expectSeen(closed);
    }
    expect(readFileSync(at('home/.netrc'), 'utf8')).toBe('another secret');
  });

  test('one that is made where none was, also with its folders', async () => {
    put('home/.config/other');
    const names = ['home/.npmrc', 'home/.terraform.d/credentials.tfrc.json', 'home/.config/gh/hosts.yml'];
    await read(names);
    await expectSeen(Object.fromEntries(names.map((name) => [name, 'missing'])));
    renameOver('home/.npmrc');
    put('home/.terraform.d/credentials.tfrc.json', 'home/.config/gh/hosts.yml');
    await expectSeen(Object.fromEntries(names.map((name) => [name, 'closed'])));
    renameOver('home/.npmrc');
    await expectSeen({ 'home/.npmrc': 'closed' });
  });

  test('one that is removed and made again, and a folder', async () => {
    put('home/.git-credentials', 'home/.aws/credentials');
    const names = ['home/.git-credentials', 'home/.aws', 'home/.aws/credentials'];
    await read(names);
    for (let times = 0; times < 3; times++) {
      unlinkSync(at('home/.git-credentials'));
      rmSync(at('home/.aws'), { recursive: true });
      await expectSeen(Object.fromEntries(names.map((name) => [name, 'missing'])));
      put('home/.git-credentials', 'home/.aws/credentials');
      await expectSeen(Object.fromEntries(names.map((name) => [name, 'closed'])));
    }
  });

  test('the folder of one is replaced, and the one in the new folder too', async () => {
    put('home/.docker/config.json', 'new/docker/config.json');
    await read(['home/.docker/config.json', 'home/.docker.old/config.json']);
    renameSync(at('home/.docker'), at('home/.docker.old'));
    await expectSeen({ 'home/.docker/config.json': 'missing', 'home/.docker.old/config.json': 'closed' });
    renameSync(at('new/docker'), at('home/.docker'));
    await expectSeen({ 'home/.docker/config.json': 'closed' });
    renameOver('home/.docker/config.json');
    await expectSeen({ 'home/.docker/config.json': 'closed' });
  });

  test('a link to one: the file, the link, and the link of a folder are replaced', async () => {
    put('dots/pgpass', 'others/pgpass', 'dots/cargo/credentials.toml', 'others/cargo/credentials.toml');
    symlinkSync('../dots/pgpass', at('home/.pgpass'));
    symlinkSync('../dots/cargo', at('home/.cargo'));
    const names = ['home/.pgpass', 'dots/pgpass', 'home/.cargo/credentials.toml'];
    const targets = ['others/pgpass', 'others/cargo/credentials.toml'];
    await read([...names, ...targets]);
    const closed = Object.fromEntries(names.map((name) => [name, 'closed']));
    await expectSeen(closed);
    renameOver('dots/pgpass');
    renameOver('dots/cargo/credentials.toml');
    await expectSeen(closed);
    symlinkSync('../others/pgpass', at('home/.new'));
    renameSync(at('home/.new'), at('home/.pgpass'));
    unlinkSync(at('home/.cargo'));
    symlinkSync('../others/cargo', at('home/.cargo'));
    await expectSeen({ ...closed, ...Object.fromEntries(targets.map((name) => [name, 'closed'])) });
    unlinkSync(at('home/.cargo'));
    unlinkSync(at('home/.pgpass'));
    put('home/.cargo/credentials.toml', 'home/.pgpass');
    await expectSeen({ 'home/.cargo/credentials.toml': 'closed', 'home/.pgpass': 'closed' });
  });

  test('a copy that is written beside one is closed before it takes its name; other files stay open', async () => {
    put('home/.my.cnf', 'home/notes');
    const copy = 'home/.my.cnf.123';
    await read(['home/.my.cnf', copy, 'home/notes']);
    put(copy);
    await expectSeen({ [copy]: 'closed' });
    renameSync(at(copy), at('home/.my.cnf'));
    renameOver('home/notes');
    await expectSeen({ 'home/.my.cnf': 'closed', [copy]: 'missing', 'home/notes': 'another secret' });
  });

  test('what cannot be covered ends what runs, and is named', async () => {
    put('home/.netrc');
    // The holder itself, and beside it somebody who says on its output what its guard would.
    const line = JSON.stringify({ type: 'exposed', path: at('home/.netrc'), step: 'cover', errno: 'ENOSPC' });
    const waiter = `until [ -e ${at('ws/stop')} ] || [ -e ${at('new/now')} ]; do sleep 0.05; done`;
    const script = `#!/bin/sh\n(${waiter}; echo '${line}') &\nexec ${at('helpers/holder')} "$@"\n`;
    writeFileSync(at('new/holder'), script, { mode: 0o755 });
    await read(['home/.netrc'], { holder: 'new/holder' });
    await expectSeen({ 'home/.netrc': 'closed' });
    writeFileSync(at('new/now'), '');
    const { path } = await running.row('reader limit');
    expect(path).toContain(`could not hide ${at('home/.netrc')}`);
    expect((await running.row('reader')).outcome).not.toEqual({ kind: 'exited', code: 0 });
  });
});
