import { describe, expect, it } from 'vitest';
import { cacheVariables } from '../../../src/engine/sandbox/environment-caches.ts';
import { scrubEnvironment } from '../../../src/engine/sandbox/index.ts';

const POLICY = { include: [], exclude: [], set: {} };
const WALLED = {
  sandboxMode: 'workspace-write' as const,
  workspace: '/work',
  writableRoots: ['/work'],
  tmp: 'private' as const,
  tmpWritable: true,
};
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

  it.each([
    ['its own /tmp', {}, '/tmp/.cache/npm'],
    [
      'its own /tmp, which a mode that writes nothing has too',
      { sandboxMode: 'read-only' as const, tmpWritable: false },
      '/tmp/.cache/npm',
    ],
    ["never this machine's /tmp", { tmp: 'shared' as const }, '/dev/shm/.cache/npm'],
    ['nor a /tmp that is not writable', { tmpWritable: false }, '/dev/shm/.cache/npm'],
    [
      'nor a /tmp that is the workspace',
      { workspace: '/tmp', writableRoots: ['/tmp'] },
      '/dev/shm/.cache/npm',
    ],
  ])('gives tools a cache in %s', (_where, access, place) => {
    const given = cacheVariables({}, { ...WALLED, ...access }, 'linux');
    expect(given['npm_config_cache']).toBe(place);
    expect(given['GOCACHE']).toBe(place.replace('npm', 'go-build'));
    expect(given['pnpm_config_store_dir']).toBe(place.replace('npm', 'pnpm'));
    expect(given['PNPM_HOME']).toBe(place.replace('npm', 'pnpm'));
    // screen makes one folder, and none above it
    expect(given['SCREENDIR']).toBe(place.replace('.cache/npm', '.screen'));
    expect(Object.keys(given)).toEqual(
      expect.not.arrayContaining(['XDG_CACHE_HOME', 'CARGO_HOME', 'GOMODCACHE']),
    );
  });

  it('keeps a cache that can be written inside, and none that cannot', () => {
    const env = {
      GOCACHE: '/work/go',
      UV_CACHE_DIR: '/work/../home/u/.cache/uv',
      NPM_CONFIG_CACHE: '/home/u/.npm',
    };
    const given = cacheVariables(env, WALLED, 'linux');
    expect(given).toMatchObject({ UV_CACHE_DIR: '/tmp/.cache/uv', NPM_CONFIG_CACHE: '/tmp/.cache/npm' });
    expect(Object.keys(given)).toEqual(expect.not.arrayContaining(['GOCACHE', 'npm_config_cache']));
    const readOnly = { ...WALLED, sandboxMode: 'read-only' as const };
    expect(cacheVariables(env, readOnly, 'linux')['GOCACHE']).toBe('/tmp/.cache/go-build');
  });

  it('gives none without a wall, nor where /tmp is that of the machine; the configuration has the last word', () => {
    expect(cacheVariables({}, OPEN, 'linux')).toEqual({});
    expect(cacheVariables({}, WALLED, 'darwin')).toEqual({});
    const policy = { ...POLICY, set: { npm_config_cache: '/own' } };
    expect(scrubEnvironment({}, policy, WALLED).passed['npm_config_cache']).toBe('/own');
  });
});
