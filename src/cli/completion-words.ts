const LIMIT_WORDS = ['--max-procs', '--max-memory', '--max-file-size', '--max-open-files', '--max-time'];
const HOST_WORDS = ['--allow-domain', '--deny-domain', '--publish'];
const POLICY_FLAGS = [
  '--sandbox',
  '--ask-for-approval',
  '--config',
  '--cd',
  '--add-dir',
  '--full-auto',
  '--dangerously-bypass-approvals-and-sandbox',
  '--yolo',
  '--shell',
  ...LIMIT_WORDS,
  ...HOST_WORDS,
];
const WALL_FLAGS = ['--sandbox', '--cd', '--add-dir', '--deny-read', '--full-auto', '--yolo', ...LIMIT_WORDS];

/** What can stand after each command: verbs first, then flags. */
export const COMPLETION_WORDS: Readonly<Record<string, readonly string[]>> = {
  exec: [...POLICY_FLAGS, '--json', '--wait', '--no-input', '--report'],
  run: [...POLICY_FLAGS, '--driver', '--agent', '--title', '--wait', '--no-input', '--report'],
  sandbox: ['linux', 'macos', 'windows', ...WALL_FLAGS, ...HOST_WORDS, '--report'],
  debug: WALL_FLAGS,
  check: [...POLICY_FLAGS, '--script', '--batch', '--json'],
  approvals: [
    'list',
    'watch',
    'allow',
    'reject',
    '--scope',
    '--for',
    '--match',
    '--feedback',
    '--stop-turn',
    '--json',
  ],
  grants: ['list', 'revoke', '--json'],
  history: ['list', 'show', 'verify', '--limit', '--expect-head', '--json'],
  config: [
    'get',
    'explain',
    'path',
    'set',
    'unset',
    'trust',
    'import',
    ...POLICY_FLAGS,
    '--append',
    '--level',
    '--from',
    '--dry-run',
    '--json',
  ],
  session: ['list', 'set', '--unset', '--json'],
  profile: ['list', 'show', 'lint', 'diff', ...POLICY_FLAGS, '--json'],
  agents: ['--json'],
  doctor: ['--escape-test', '--quick', '--family', '--json'],
  serve: ['--port', '--no-open', '--background'],
  demo: ['--answers'],
  completion: ['bash', 'zsh', 'fish'],
};

/** The words that a flag with a fixed set of values takes. */
export const COMPLETION_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--sandbox': ['read-only', 'workspace-write', 'danger-full-access'],
  '-s': ['read-only', 'workspace-write', 'danger-full-access'],
  '--ask-for-approval': ['untrusted', 'on-request', 'never'],
  '-a': ['untrusted', 'on-request', 'never'],
  '--scope': ['once', 'step', 'turn', 'session', 'until'],
  '--match': ['exact', 'prefix'],
  '--level': ['trusted', 'full', 'untrusted'],
};
