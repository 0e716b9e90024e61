import { describe, expect, it } from 'vitest';
import { scrubEnvironment } from '../../../src/engine/sandbox/index.ts';

const POLICY = { include: [], exclude: [], set: {} };
const WALLED = { sandboxMode: 'workspace-write' as const, writableRoots: ['/work'], tmpWritable: true };
const OPEN = { ...WALLED, sandboxMode: 'danger-full-access' as const };

const PASSED = [
  'PATH',
  'HOME',
  'LANG',
  'TERM',
  'USER',
  'SHELL',
  'PWD',
  'EDITOR',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'PYTHONPATH',
  'TOKENIZERS_PARALLELISM',
  'COMPAT_LEVEL',
  'SSH_CONNECTION',
  'XDG_CONFIG_HOME',
  'GIT_AUTHOR_NAME',
  'MAKEFLAGS',
  'CI',
  'KEYBOARD_LAYOUT',
  'PASSENGER_ROOT',
  'AUTHOR',
  'LS_COLORS',
  'PATHEXT',
  'http_proxy',
];

const DROPPED = [
  'API_KEY',
  'OPENAI_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GITHUB_PAT',
  'NPM_TOKEN',
  'npm_config__auth',
  'DB_PASSWORD',
  'PGPASSWORD',
  'MYSQL_PWD',
  'MY_SECRET',
  'CLIENT_SECRET_VALUE',
  'AWS_ACCESS_KEY_ID',
  'AWS_REGION',
  'AZURE_X',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'VAULT_ADDR',
  'SSH_AUTH_SOCK',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DOCKER_HOST',
  'TMUX',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'BASH_ENV',
  'ENV',
  'BASH_FUNC_ls%%',
  'SHELLOPTS',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_VALUE_0',
  'GIT_ASKPASS',
  'SENTRY_DSN',
  'SECRET_KEY_BASE',
  'DEPLOY_KEY_2',
  'SALLYPORT_HOME',
  'VSCODE_IPC_HOOK_CLI',
  'GLIBC_TUNABLES',
];

describe('scrubEnvironment', () => {
  it.each(PASSED)('passes %s', (name) => {
    expect(scrubEnvironment({ [name]: 'x' }, POLICY, WALLED).passed[name]).toBe('x');
  });

  it.each(DROPPED)('drops %s, with a reason', (name) => {
    const { passed, inner, dropped } = scrubEnvironment({ [name]: 'x-value' }, POLICY, WALLED);
    expect(Object.values({ ...passed, ...inner })).not.toContain('x-value');
    expect(dropped).toEqual([{ name, reason: expect.stringMatching(/\w+ \w+/) }]);
  });

  it('drops an address with a password, whatever its name', () => {
    const env = { DATABASE: 'postgres://me:pw@db/x', PLAIN: 'https://example.org/a:b@c' };
    expect(scrubEnvironment(env, POLICY, WALLED).dropped.map((row) => row.name)).toEqual(['DATABASE']);
  });

  it('lets the configuration include, exclude and set', () => {
    const policy = {
      include: ['GH_*', '*_api_key'],
      exclude: ['GH_DEBUG', 'P*H'],
      set: { MY_TOKEN: 'set', LANG: 'C' },
    };
    const env = { GH_TOKEN: 'a', GH_DEBUG: 'b', OPENAI_API_KEY: 'c', PATH: 'd', LANG: 'e', OTHER_TOKEN: 'f' };
    const { passed } = scrubEnvironment(env, policy, WALLED);
    expect(passed).toMatchObject({ GH_TOKEN: 'a', OPENAI_API_KEY: 'c', MY_TOKEN: 'set', LANG: 'C' });
    expect(Object.keys(passed)).not.toEqual(expect.arrayContaining(['GH_DEBUG']));
    expect(passed['PATH']).toBeUndefined();
    expect(passed['OTHER_TOKEN']).toBeUndefined();
  });

  it('keeps what changes how programs load from the programs of the wall', () => {
    const { passed, inner } = scrubEnvironment(
      { LD_LIBRARY_PATH: '/x' },
      { ...POLICY, include: ['LD_*'] },
      WALLED,
    );
    expect(passed['LD_LIBRARY_PATH']).toBeUndefined();
    expect(inner).toEqual({ LD_LIBRARY_PATH: '/x' });
  });

  it('keeps git from running programs of the repository, after settings that are included', () => {
    const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' };
    const { passed } = scrubEnvironment(env, { ...POLICY, include: ['GIT_CONFIG_*'] }, WALLED);
    expect(passed).toMatchObject({
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_KEY_1: 'core.fsmonitor',
      GIT_CONFIG_VALUE_1: 'false',
      GIT_CONFIG_KEY_2: 'core.hooksPath',
      GIT_CONFIG_VALUE_2: '/dev/null',
      GIT_OPTIONAL_LOCKS: '0',
    });
  });

  it('points TMPDIR at a folder that can be written', () => {
    expect(scrubEnvironment({ TMPDIR: '/var/folders/x' }, POLICY, WALLED).passed['TMPDIR']).toBe('/tmp');
    expect(scrubEnvironment({ TMPDIR: '/work/tmp' }, POLICY, WALLED).passed['TMPDIR']).toBe('/work/tmp');
    expect(scrubEnvironment({}, POLICY, WALLED).passed['TMPDIR']).toBeUndefined();
  });

  it('drops only what subverts a shell when there is no wall', () => {
    const env = { GH_TOKEN: 'a', LD_LIBRARY_PATH: 'b', BASH_ENV: 'c', TMPDIR: '/elsewhere' };
    const { passed, inner } = scrubEnvironment(env, POLICY, OPEN);
    expect(passed).toMatchObject({ GH_TOKEN: 'a', LD_LIBRARY_PATH: 'b', TMPDIR: '/elsewhere' });
    expect(passed['BASH_ENV']).toBeUndefined();
    expect(inner).toEqual({});
  });

  it('drops names and values that no environment can hold', () => {
    const { passed } = scrubEnvironment({ 'A=B': 'x', C: 'a\0b' }, POLICY, WALLED);
    expect(Object.keys(passed)).not.toEqual(expect.arrayContaining(['C']));
    expect(passed['A=B']).toBeUndefined();
  });
});
