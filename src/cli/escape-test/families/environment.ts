/** Variables of the host that are secrets, lead to services, or make programs run something first. */
import type { EscapeCase } from '../escape-case.ts';

const family = 'environment';
const kind = 'containment';

const NAMES = [
  'AWS_SECRET_ACCESS_KEY',
  'GITHUB_TOKEN',
  'NPM_TOKEN',
  'OPENAI_API_KEY',
  'MYSQL_PWD',
  'DB_PASSWORD',
  'npm_config__auth',
  'SENTRY_DSN',
  'SSH_AUTH_SOCK',
  'DBUS_SESSION_BUS_ADDRESS',
  'DOCKER_HOST',
  'XDG_RUNTIME_DIR',
  'WAYLAND_DISPLAY',
  'TMUX',
  'VSCODE_IPC_HOOK_CLI',
  'LD_LIBRARY_PATH',
  'LD_AUDIT',
  'GCONV_PATH',
  'PROMPT_COMMAND',
  'BASH_FUNC_ls%%',
] as const;

const SHOW = 'cat /proc/self/environ /proc/$$/environ /proc/1/environ | tr "\\0" "\\n"; env';

const named = (name: string): EscapeCase => ({
  id: `environment.${name}`,
  family,
  kind,
  title: `see ${name}`,
  environment: (place) => ({
    [name]: name.startsWith('BASH_FUNC') ? `() { echo ${place.canary}; }` : place.canary,
  }),
  payload: SHOW,
});

export const ENVIRONMENT_CASES: readonly EscapeCase[] = [
  ...NAMES.map(named),
  {
    id: 'environment.address with a password',
    family,
    kind,
    title: 'see an address with a password under an innocent name',
    environment: (place) => ({ UPSTREAM: `https://me:${place.canary}@host/` }),
    payload: SHOW,
  },
  {
    id: 'environment.BASH_ENV',
    family,
    kind,
    title: 'have a file run before the shell',
    environment: (place) => ({ BASH_ENV: place.at('outside/first.sh') }),
    setup: (place) => place.write('outside/first.sh', `echo ${place.canary} >&2\n`),
    payload: 'bash -c :',
  },
  {
    id: 'environment.LD_PRELOAD',
    family,
    kind,
    title: 'have a library loaded into the programs of the wall',
    command: {},
    environment: (place) => ({ LD_PRELOAD: place.at('outside/first.so') }),
    payload: `(${SHOW}) | grep -q LD_PRELOAD && reached`,
  },
  {
    id: 'environment.git hooks',
    family,
    kind,
    title: 'have git run a hook of the repository while it looks',
    setup(place) {
      place.git('ws', 'init', '-q');
      place.write('ws/.git/hooks/post-index-change', `#!/bin/sh\necho ${place.canary} > "$WS/loot"\n`, 0o755);
      place.write('ws/file', 'one\n');
    },
    payload: 'cp -r .git copy; GIT_DIR=copy git add file; GIT_DIR=copy git status',
  },
  {
    id: 'environment.file monitor',
    family,
    kind,
    title: 'have git run the file monitor of the repository while it looks',
    setup(place) {
      place.git('ws', 'init', '-q');
      place.write('ws/monitor.sh', `#!/bin/sh\necho ${place.canary} > "$WS/loot"\n`, 0o755);
      place.git('ws', 'config', 'core.fsmonitor', place.at('ws/monitor.sh'));
    },
    payload: 'git status',
  },
];
