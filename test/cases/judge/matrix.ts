/** Every cell of the matrix: a situation in a mode, and the verdict under each policy. */
export type MatrixMode = 'read-only' | 'workspace-write' | 'danger-full-access';
export type MatrixVerdict = 'allow' | 'ask' | 'refuse';
export type MatrixSwitch =
  | 'sandbox_approval'
  | 'rules'
  | 'mcp_elicitations'
  | 'request_permissions'
  | 'skill_approval';

export interface MatrixRow {
  readonly situation: string;
  readonly mode: MatrixMode;
  /** Under untrusted, where it differs, in front of the slash. */
  readonly category: string;
  /** Under untrusted, on-request, never, and granular with every switch on. */
  readonly verdicts: readonly [MatrixVerdict, MatrixVerdict, MatrixVerdict, MatrixVerdict];
  /** The switches of granular of which each, when off, refuses what granular would ask. */
  readonly silencedBy: readonly MatrixSwitch[];
}

export const MATRIX_POLICIES = ['untrusted', 'on-request', 'never', 'granular'] as const;
export const MATRIX_SWITCHES: readonly MatrixSwitch[] = [
  'sandbox_approval',
  'rules',
  'mcp_elicitations',
  'request_permissions',
  'skill_approval',
];

export interface Situation {
  /** In words, for the documentation. */
  readonly about: string;
  /** A command; for `blocked` and edits a path, for tools the server and the tool. */
  readonly text: string;
  /** What is judged. */
  readonly as?: 'blocked' | 'edit' | 'more-access' | 'mcp';
}

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  harmless: { about: 'a known harmless read', text: 'git status' },
  inside: { about: 'all within the access', text: 'make all' },
  'inside-write': { about: 'a write in the workspace', text: 'touch notes.txt' },
  risk: { about: 'within the access, risk at or above `ask_on_risk`', text: 'rm -rf "$DIR/"' },
  outside: { about: 'a write beyond the access', text: 'touch /outside/notes.txt' },
  protected: { about: 'a write to a protected path', text: 'touch .git/hooks/pre-commit' },
  secret: { about: 'reading a secret', text: 'cat /home/u/.ssh/id_ed25519' },
  host: { about: 'a host on no list', text: 'curl https://host.example/data.json' },
  'denied-host': { about: 'a denied host', text: 'curl https://denied.example/data.json' },
  opaque: { about: 'what cannot be understood', text: 'eval "$SCRIPT"' },
  blocked: { about: 'a call that the wall stops', text: '/outside/held.txt', as: 'blocked' },
  'more-access': { about: 'a request for more access', text: '/outside/folder', as: 'more-access' },
  'rule-allow': { about: 'a rule allows it', text: 'deploy staging' },
  'rule-allow-risk': { about: 'a rule allows it, high risk', text: 'docker compose down -v' },
  'rule-allow-critical': { about: 'a rule allows it, critical risk', text: 'rm -rf "$DIR/"' },
  'rule-allow-outside': { about: 'a rule allows it, and it writes beyond the access', text: 'deploy staging > /outside/log.txt' },
  'rule-prompt': { about: 'a rule asks about it', text: 'deploy production' },
  'rule-forbidden': { about: 'a rule forbids it', text: 'sudo -u root make all' },
  'edit-inside': { about: 'a proposed edit in the workspace', text: '/home/u/project/notes.txt', as: 'edit' },
  'edit-outside': { about: 'a proposed edit beyond the access', text: '/outside/notes.txt', as: 'edit' },
  'edit-protected': { about: 'a proposed edit of a protected path', text: '/home/u/project/.git/config', as: 'edit' },
  'mcp-hinted': { about: 'a call that only reads, by the word of a trusted server', text: 'trusted.search', as: 'mcp' },
  mcp: { about: 'any other call of a tool', text: 'other.search', as: 'mcp' },
  skill: { about: 'a program of a skill', text: '/home/u/skills/report/run.sh' },
  'skill-outside': { about: 'a program of a skill that writes beyond the access', text: '/home/u/skills/report/run.sh > /outside/log.txt' },
};

export const MATRIX: readonly MatrixRow[] = [
  { situation: 'harmless', mode: 'read-only', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'harmless', mode: 'workspace-write', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'harmless', mode: 'danger-full-access', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'inside', mode: 'read-only', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'inside', mode: 'workspace-write', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'inside', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'inside-write', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'inside-write', mode: 'workspace-write', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'inside-write', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'risk', mode: 'read-only', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },
  { situation: 'risk', mode: 'workspace-write', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },
  { situation: 'risk', mode: 'danger-full-access', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },

  { situation: 'outside', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'outside', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'outside', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'protected', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'protected', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'protected', mode: 'danger-full-access', category: 'outside', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: ['sandbox_approval'] },

  { situation: 'secret', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'secret', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'secret', mode: 'danger-full-access', category: 'harmless', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'host', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'host', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'host', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'denied-host', mode: 'read-only', category: 'outside', verdicts: ['refuse', 'refuse', 'refuse', 'refuse'], silencedBy: [] },
  { situation: 'denied-host', mode: 'workspace-write', category: 'outside', verdicts: ['refuse', 'refuse', 'refuse', 'refuse'], silencedBy: [] },
  { situation: 'denied-host', mode: 'danger-full-access', category: 'inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'opaque', mode: 'read-only', category: 'opaque', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'opaque', mode: 'workspace-write', category: 'opaque', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'opaque', mode: 'danger-full-access', category: 'opaque', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: ['sandbox_approval'] },

  { situation: 'blocked', mode: 'read-only', category: 'blocked', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'blocked', mode: 'workspace-write', category: 'blocked', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'blocked', mode: 'danger-full-access', category: 'blocked', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: ['sandbox_approval'] },

  { situation: 'more-access', mode: 'read-only', category: 'more-access', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['request_permissions'] },
  { situation: 'more-access', mode: 'workspace-write', category: 'more-access', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['request_permissions'] },
  { situation: 'more-access', mode: 'danger-full-access', category: 'more-access', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'rule-allow', mode: 'read-only', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'rule-allow', mode: 'workspace-write', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'rule-allow', mode: 'danger-full-access', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'rule-allow-risk', mode: 'read-only', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'rule-allow-risk', mode: 'workspace-write', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'rule-allow-risk', mode: 'danger-full-access', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'rule-allow-critical', mode: 'read-only', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },
  { situation: 'rule-allow-critical', mode: 'workspace-write', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },
  { situation: 'rule-allow-critical', mode: 'danger-full-access', category: 'risk', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: [] },

  { situation: 'rule-allow-outside', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'rule-allow-outside', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'rule-allow-outside', mode: 'danger-full-access', category: 'rule', verdicts: ['allow', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'rule-prompt', mode: 'read-only', category: 'rule', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['rules'] },
  { situation: 'rule-prompt', mode: 'workspace-write', category: 'rule', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['rules'] },
  { situation: 'rule-prompt', mode: 'danger-full-access', category: 'rule', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['rules'] },

  { situation: 'rule-forbidden', mode: 'read-only', category: 'rule', verdicts: ['refuse', 'refuse', 'refuse', 'refuse'], silencedBy: [] },
  { situation: 'rule-forbidden', mode: 'workspace-write', category: 'rule', verdicts: ['refuse', 'refuse', 'refuse', 'refuse'], silencedBy: [] },
  { situation: 'rule-forbidden', mode: 'danger-full-access', category: 'rule', verdicts: ['refuse', 'refuse', 'refuse', 'refuse'], silencedBy: [] },

  { situation: 'edit-inside', mode: 'read-only', category: 'edit', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'edit-inside', mode: 'workspace-write', category: 'edit', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'edit-inside', mode: 'danger-full-access', category: 'edit', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'edit-outside', mode: 'read-only', category: 'edit', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'edit-outside', mode: 'workspace-write', category: 'edit', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'edit-outside', mode: 'danger-full-access', category: 'edit', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'edit-protected', mode: 'read-only', category: 'edit', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'edit-protected', mode: 'workspace-write', category: 'edit', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval'] },
  { situation: 'edit-protected', mode: 'danger-full-access', category: 'edit', verdicts: ['ask', 'ask', 'allow', 'ask'], silencedBy: ['sandbox_approval'] },

  { situation: 'mcp-hinted', mode: 'read-only', category: 'mcp', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'mcp-hinted', mode: 'workspace-write', category: 'mcp', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'mcp-hinted', mode: 'danger-full-access', category: 'mcp', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'mcp', mode: 'read-only', category: 'mcp', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['mcp_elicitations'] },
  { situation: 'mcp', mode: 'workspace-write', category: 'mcp', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['mcp_elicitations'] },
  { situation: 'mcp', mode: 'danger-full-access', category: 'mcp', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['mcp_elicitations'] },

  { situation: 'skill', mode: 'read-only', category: 'skill/inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'skill', mode: 'workspace-write', category: 'skill/inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
  { situation: 'skill', mode: 'danger-full-access', category: 'skill/inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },

  { situation: 'skill-outside', mode: 'read-only', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval', 'skill_approval'] },
  { situation: 'skill-outside', mode: 'workspace-write', category: 'outside', verdicts: ['ask', 'ask', 'refuse', 'ask'], silencedBy: ['sandbox_approval', 'skill_approval'] },
  { situation: 'skill-outside', mode: 'danger-full-access', category: 'skill/inside', verdicts: ['ask', 'allow', 'allow', 'allow'], silencedBy: [] },
];
