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

  const bash = (id: string, script: string): DriverStep => ({
    kind: 'launch',
    id,
    argv: ['/bin/bash', '--norc', '--noprofile', '-c', script],
  });

  it('git, python, gcc and node start where only the workspace is read', async () => {
    writeFileSync(join(base, 'ws/.sallyportignore'), '');
    const own = process.execPath.startsWith('/usr/') ? '' : `, "${join(process.execPath, '..')}"`;
    const snapshot = load(
      `permission_profile.filesystem = { read = ["BASE/helpers"${own}], write = ["\${workspace}"] }`,
    );
    const tools = [
      ...['git --version', 'git init -q made && git -C made status --short', 'python3 -c "print(1)"'],
      ...[
        `${process.execPath} -e "require('child_process').execSync('/bin/true')"`,
        'echo "int main(){return 0;}" > a.c && gcc -o a.out a.c && ./a.out',
      ],
    ];
    const script = tools
      .map((tool, at) => `( ${tool} ) >/dev/null 2>err && echo ${at} || cat err`)
      .join('; ');
    const results = await run(snapshot, [bash('tools', script)]);
    expect(results('tools')?.stdout).toBe('0\n1\n2\n3\n4\n');
  });

  it('a grant opens what is not listed and what is denied, and a revoke closes it', async () => {
    const file = join(base, 'other/in/i');
    const key = join(base, 'ws/secrets/key');
    const snapshot = load(
      'permission_profile.filesystem = { read = ["${workspace}"], deny = ["${workspace}/secrets/key"] }',
    );
    const look = (id: string) => bash(id, `cat ${file} ${key} 2>/dev/null; cat ${join(base, 'other/o')}`);
    const results = await run(snapshot, [
      look('before'),
      { kind: 'grant', id: 'one', path: file, mode: 'ro' },
      { kind: 'grant', id: 'two', path: key, mode: 'ro' },
      look('granted'),
      { kind: 'revoke', id: 'not one', path: file },
      { kind: 'revoke', id: 'not two', path: key },
      look('after'),
    ]);
    expect(results('before')?.stdout).toBe('');
    expect(results('granted')?.stdout).toBe('content\ncontent\n');
    expect(results('granted')?.stderr).toContain('other/o');
    expect(results('after')?.stdout).toBe('');
  });

  it('a grant of a folder leaves what is denied in it closed', async () => {
    const snapshot = load(
      'permission_profile.filesystem = { read = ["${workspace}"], deny = ["BASE/other/o", "BASE/other/**/i"] }',
    );
    const results = await run(snapshot, [
      { kind: 'grant', id: 'all', path: join(base, 'other'), mode: 'rw' },
      bash(
        'look',
        `cat ${base}/other/o ${base}/other/in/i; echo x > ${base}/other/granted && cat ${base}/other/granted`,
      ),
    ]);
    expect(results('look')?.stdout).toBe('x\n');
  });

  it('what is denied and appears, or is written anew, is closed in the next script', async () => {
    const snapshot = load(
      'permission_profile.filesystem = { write = ["${workspace}"], deny = ["${workspace}/.env", "${workspace}/**/*.late"] }',
    );
    const results = await run(snapshot, [
      bash('make', 'echo made > sub/x.late; cat sub/x.late; cat .env'),
      bash('again', 'cat sub/x.late; echo ran'),
    ]);
    expect(results('make')?.stdout).toBe('made\n');
    expect(results('again')?.stdout).toBe('ran\n');
    expect(results('opened')?.notes).toContainEqual(expect.stringContaining('at the start of each script'));
  });

  it('a folder above something denied cannot be moved away to get at it', async () => {
    const snapshot = load(
      'permission_profile.filesystem = { write = ["${workspace}"], deny = ["${workspace}/docs/priv/x"] }',
    );
    const script =
      'mv docs/priv docs/moved; cat docs/*/x; ln docs/*/x plain; cat plain; cp docs/*/x copy; cat copy; mv docs/moved docs/priv; echo ran';
    const results = await run(snapshot, [bash('move', script)]);
    expect(results('move')?.stdout).toBe('ran\n');
  });
});
