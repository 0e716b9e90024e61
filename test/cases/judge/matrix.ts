/** Every cell of the matrix: a situation in a mode, and the verdict under each policy. */
export interface MatrixRow {
  readonly situation: string;
  readonly mode: 'read-only' | 'workspace-write' | 'danger-full-access';
  readonly category: string;
  /** untrusted, on-request, never, granular with sandbox_approval on, granular with it off */
  readonly verdicts: readonly ['allow' | 'ask' | 'refuse', ...('allow' | 'ask' | 'refuse')[]];
}

export const POLICY_NAMES = ['untrusted', 'on-request', 'never', 'granular-on', 'granular-off'] as const;

/** The command of each situation; `blocked` is a write that the wall stops while a step runs. */
export const SITUATIONS: Readonly<Record<string, string>> = {
  harmless: 'git status',
  inside: 'make all',
  'inside-write': 'touch notes.txt',
  risk: 'rm -rf "$DIR/"',
  outside: 'touch /outside/notes.txt',
  protected: 'touch .git/hooks/pre-commit',
  secret: 'cat /home/u/.ssh/id_ed25519',
  host: 'curl https://host.example/data.json',
  opaque: 'eval "$SCRIPT"',
  blocked: '/outside/held.txt',
};

export const MATRIX: readonly MatrixRow[] = [
  { situation: 'harmless', mode: 'read-only', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'harmless', mode: 'workspace-write', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'harmless', mode: 'danger-full-access', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'inside', mode: 'read-only', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'inside', mode: 'workspace-write', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'inside', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'inside-write', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'inside-write', mode: 'workspace-write', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'inside-write', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'risk', mode: 'read-only', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask', 'ask'] },
  { situation: 'risk', mode: 'workspace-write', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask', 'ask'] },
  { situation: 'risk', mode: 'danger-full-access', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask', 'ask'] },

  { situation: 'outside', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'outside', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'outside', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'protected', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'protected', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'protected', mode: 'danger-full-access', category: 'outside', verdicts: ['ask', 'ask', 'allow', 'ask', 'refuse'] },

  { situation: 'secret', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'secret', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'secret', mode: 'danger-full-access', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'host', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'host', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'host', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },

  { situation: 'opaque', mode: 'read-only', category: 'opaque', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'opaque', mode: 'workspace-write', category: 'opaque', verdicts: ['ask', 'allow', 'allow', 'allow', 'allow'] },
  { situation: 'opaque', mode: 'danger-full-access', category: 'opaque', verdicts: ['ask', 'ask', 'allow', 'ask', 'refuse'] },

  { situation: 'blocked', mode: 'read-only', category: 'blocked', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'blocked', mode: 'workspace-write', category: 'blocked', verdicts: ['ask', 'ask', 'refuse', 'ask', 'refuse'] },
  { situation: 'blocked', mode: 'danger-full-access', category: 'blocked', verdicts: ['ask', 'ask', 'allow', 'ask', 'refuse'] },
];
