/** Every profile, tried by a real program behind the real wall: what can be read and written is what policy says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/engine/config/index.ts';
import { findSecrets } from '../../src/engine/sandbox/index.ts';
import { classifyPath, type PathClass } from '../../src/policy/index.ts';
import { type ConfigSnapshot, NO_FLAGS } from '../../src/protocol/index.ts';
import { WALL_PROFILES } from '../cases/profiles/walls.ts';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverSpec, type DriverStep, describeSession, runSteps } from '../support/sandbox-steps.ts';

const FILES = [
  ...['ws/file', 'ws/build.log', 'ws/.env', 'ws/.env.local', 'ws/.git/config', 'ws/.git/hooks/pre-commit'],
  ...['ws/sub/file', 'ws/sub/a.log', 'ws/sub/deep/file', 'ws/sub/deep/.git/config'],
  ...['ws/docs/a.md', 'ws/docs/priv/x', 'ws/docs/priv/open/y', 'ws/secrets/key', 'ws/link-target'],
  ...['home/.ssh/id', 'home/.ssh/known_hosts', 'home/.aws/credentials', 'home/.sallyport/config.toml'],
  ...['home/notes/n', 'home/notes/private/p', 'other/o', 'other/in/i'],
];
const FOLDERS = [
  ...['ws', 'ws/sub', 'ws/sub/deep', 'ws/docs', 'ws/docs/priv/open', 'ws/secrets', 'ws/.git'],
  ...['home/.ssh', 'home/.aws', 'home/notes', 'home/notes/private', 'other', 'other/in'],
];
const MISSING = ['ws/new', 'ws/sub/new', 'ws/sub/deep/new', 'other/new', 'other/in/new', 'home/new'];
const SYSTEM = ['/etc/passwd', '/etc/shadow', '/usr/bin/env', '/usr/lib', '/var/lib', '/root', '/home'];

/** Tries to read and to write each path: `rw`, `r-`, `-w` or `--`. */
const PROBE = `
import json, os, sys
def reads(path):
    try:
        if os.path.isdir(path): os.listdir(path)
        elif os.path.exists(path): open(path, 'rb').read(1)
        else: return False
        return True
    except OSError: return False
def writes(path):
    try:
        if os.path.isdir(path):
            name = os.path.join(path, 'probe-of-test')
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY)); os.unlink(name)
        elif os.path.exists(path): open(path, 'r+b').close()
        else:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)); os.unlink(path)
        return True
    except OSError: return False
print(json.dumps({p: ('r' if reads(p) else '-') + ('w' if writes(p) else '-') for p in json.load(sys.stdin)}))
`;

const EXPECTED: Readonly<Record<PathClass, string>> = {
  inside: 'rw',
  protected: 'r-',
  outside: 'r-',
  secret: '--',
  denied: '--',
  unreadable: '--',
  scratch: 'rw',
  device: 'rw',
};

describe.skipIf(process.platform !== 'linux').each(listTestUsers())('profiles as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  let session: Omit<DriverSpec, 'steps'>;

  beforeAll(() => {
    for (const path of [...FOLDERS, 'home/.sallyport']) mkdirSync(join(base, path), { recursive: true });
    for (const path of FILES) {
      mkdirSync(join(base, path, '..'), { recursive: true });
      writeFileSync(join(base, path), 'content\n');
    }
    session = describeSession(user, base, shareHelpers(base));
    giveTo(user, base);
  });
  afterAll(() => folder.remove());

  function load(toml: string): ConfigSnapshot {
    writeFileSync(join(base, 'home/.sallyport/config.toml'), toml.replaceAll('BASE', base));
    const home = join(base, 'home');
    const env = {};
    const ports = { findSecrets: () => findSecrets(home, env).map(({ path }) => path) };
    return loadConfig({ cwd: join(base, 'ws'), env, home, flags: NO_FLAGS, ports }).snapshot;
  }

  async function run(snapshot: ConfigSnapshot, steps: DriverStep[]) {
    const plain = { ...session.plain, mode: snapshot.sandboxMode };
    return runSteps({ ...session, plain, settings: snapshot, steps });
  }

  const probe = (id: string, paths: readonly string[]): DriverStep => ({
    kind: 'launch',
    id,
    argv: ['/usr/bin/python3', '-c', PROBE],
    stdin: JSON.stringify(paths),
  });

  it.each(WALL_PROFILES)('$name', async ({ toml, ignore }) => {
    writeFileSync(join(base, 'ws/.sallyportignore'), ignore ?? '');
    const snapshot = load(toml);
    const paths = [
      ...[...FILES, ...FOLDERS, ...MISSING].map((path) => join(base, path)),
      ...SYSTEM.filter((path) => user.name === 'root' || path !== '/root'),
    ];
    const results = await run(snapshot, [probe('try', paths)]);
    const found = JSON.parse(results('try')?.stdout ?? '{}');
    const own = join(base, 'home/.sallyport');
    const expected = paths.map((path) => {
      const isMissing = MISSING.some((name) => path === join(base, name));
      const rights = path.startsWith(own) ? '--' : EXPECTED[classifyPath(path, snapshot)];
      return [path, isMissing ? rights.replace('r', '-') : rights];
    });
    // The person's own rights are a bound too.
    const mayNot = user.name === 'root' ? [] : ['/etc/shadow'];
    expect(found).toEqual(
      Object.fromEntries(
        expected.map(([path = '', rights]) => [path, mayNot.includes(path) ? '--' : rights]),
      ),
    );
  });
});
