import type { MatrixMode, MatrixSwitch } from './matrix.ts';

export type SaidPolicy = 'untrusted' | 'on-request' | 'never' | 'granular' | `${MatrixSwitch} = false`;
/** What others do in a cell; `nothing`: they do not say. */
export type SaidVerdict =
  | 'run'
  | 'ask'
  | 'refuse'
  | 'run without a sandbox'
  | 'fail, and nobody is asked'
  | 'fail, then ask'
  | 'nothing';

/**
 * What the published description of Codex's framework says of cells of the matrix, or what Codex 0.169.0 was measured to
 * do. A row with `why` differs from Sallyport in each of its cells, on purpose; a row without in none.
 */
export interface SaidRow {
  readonly by: 'description' | 'codex';
  readonly situation: string;
  readonly modes: readonly MatrixMode[];
  readonly policies: readonly SaidPolicy[];
  readonly says: SaidVerdict;
  readonly why?: string;
}

const WALLED: readonly MatrixMode[] = ['read-only', 'workspace-write'];
const OPEN: readonly MatrixMode[] = ['danger-full-access'];
const WRITING: readonly MatrixMode[] = ['workspace-write', 'danger-full-access'];
const READING: readonly MatrixMode[] = ['read-only'];
const ALL: readonly MatrixMode[] = [...WALLED, ...OPEN];

const WORDS: readonly SaidPolicy[] = ['untrusted', 'on-request', 'never'];

const RISK_WHY =
  'What destroys, gains rights or runs what was fetched is asked about also within the access. `ask_on_risk = "off"` is the description to the letter.';
const SECRET_WHY =
  'Keys, tokens and passwords are not read by whoever is asked to read everything. `protect_secrets = false` is the description to the letter.';
const PROTECTED_WHY = 'What decides which code runs later, and who may do what, is worth one question also without a wall.';
const OPAQUE_WHY = 'Without a wall nothing bounds what cannot be understood.';
const FORBIDDEN_WHY =
  'A forbidden rule is written for exactly the day when everything else is switched off: `--yolo` does not switch it off.';
const PROMPT_WHY = 'A rule that wants a question is not answered by nobody: where nobody is asked, it refuses, with `--yolo` as well.';
const SKILL_WHY =
  'A program of a skill runs behind the same wall as any other: the switch decides about its questions, not about what needs none.';
const HINT_WHY =
  'A call that only reads, by the word of a server that the user has marked as trusted, is as harmless as a known read. Without the mark it is asked about.';
const HARMLESS_WHY = 'Known harmless reads run, as the description says; Codex 0.169.0 asks about each of them.';
const NEVER_RISK_WHY =
  'In a pipeline the wall is the guard rail, and removing a build folder is plain work. A rule forbids what must not be.';
const ESCALATE_WHY =
  'Without a wall nothing has to be opened, so there is nothing to ask or to refuse.';
const ESCALATE_SWITCH_WHY = 'A request for more access has a switch of its own, `request_permissions`.';
const BEYOND_WHY =
  'What is known to lie beyond the access is settled before the command runs: nothing fails half way, and nothing is run twice.';
const BEYOND_SWITCH_WHY =
  'What is known to lie beyond the access is refused before the command runs, with the reason, in place of a failure in its middle.';
const ALLOW_WHY = 'A rule that allows saves the question, not the wall: the command stays inside.';

/** The published description, for every situation, mode and word of policy, and where it speaks of granular. */
const DESCRIPTION: readonly SaidRow[] = [
  { by: 'description', situation: 'harmless', modes: ALL, policies: WORDS, says: 'run' },
  { by: 'description', situation: 'inside', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'inside', modes: ALL, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'inside-write', modes: READING, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'inside-write', modes: READING, policies: ['never'], says: 'refuse' },
  { by: 'description', situation: 'inside-write', modes: WRITING, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'inside-write', modes: WRITING, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'risk', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'risk', modes: ALL, policies: ['on-request'], says: 'run', why: RISK_WHY },
  { by: 'description', situation: 'risk', modes: ALL, policies: ['never'], says: 'run' },
  { by: 'description', situation: 'outside', modes: WALLED, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'outside', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'outside', modes: WALLED, policies: ['granular'], says: 'ask' },
  { by: 'description', situation: 'outside', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'outside', modes: OPEN, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'protected', modes: WALLED, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'protected', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'protected', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'protected', modes: OPEN, policies: ['on-request'], says: 'run', why: PROTECTED_WHY },
  { by: 'description', situation: 'protected', modes: OPEN, policies: ['never'], says: 'run' },
  { by: 'description', situation: 'secret', modes: WALLED, policies: WORDS, says: 'run', why: SECRET_WHY },
  { by: 'description', situation: 'secret', modes: OPEN, policies: WORDS, says: 'run' },
  { by: 'description', situation: 'host', modes: WALLED, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'host', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'host', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'host', modes: OPEN, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'denied-host', modes: WALLED, policies: WORDS, says: 'refuse' },
  { by: 'description', situation: 'denied-host', modes: OPEN, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'opaque', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'opaque', modes: WALLED, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'opaque', modes: OPEN, policies: ['on-request'], says: 'run', why: OPAQUE_WHY },
  { by: 'description', situation: 'opaque', modes: OPEN, policies: ['never'], says: 'run' },
  { by: 'description', situation: 'blocked', modes: WALLED, policies: ['untrusted', 'on-request', 'granular'], says: 'ask' },
  { by: 'description', situation: 'blocked', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'blocked', modes: OPEN, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'more-access', modes: WALLED, policies: ['untrusted', 'on-request', 'granular'], says: 'ask' },
  { by: 'description', situation: 'more-access', modes: WALLED, policies: ['never', 'request_permissions = false'], says: 'refuse' },
  { by: 'description', situation: 'more-access', modes: OPEN, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'rule-allow', modes: ALL, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'rule-allow-risk', modes: ALL, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'rule-allow-critical', modes: ALL, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'rule-allow-outside', modes: ALL, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'rule-prompt', modes: ALL, policies: ['untrusted', 'on-request', 'granular'], says: 'ask' },
  { by: 'description', situation: 'rule-prompt', modes: ALL, policies: ['rules = false'], says: 'refuse' },
  { by: 'description', situation: 'rule-prompt', modes: WALLED, policies: ['never'], says: 'nothing' },
  { by: 'description', situation: 'rule-prompt', modes: OPEN, policies: ['never'], says: 'run', why: PROMPT_WHY },
  { by: 'description', situation: 'rule-forbidden', modes: ALL, policies: ['untrusted', 'on-request'], says: 'nothing' },
  { by: 'description', situation: 'rule-forbidden', modes: WALLED, policies: ['never'], says: 'nothing' },
  { by: 'description', situation: 'rule-forbidden', modes: OPEN, policies: ['never'], says: 'run', why: FORBIDDEN_WHY },
  { by: 'description', situation: 'edit-inside', modes: READING, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'edit-inside', modes: READING, policies: ['never'], says: 'refuse' },
  { by: 'description', situation: 'edit-inside', modes: WRITING, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'edit-inside', modes: WRITING, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'edit-outside', modes: WALLED, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'edit-outside', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'edit-outside', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'edit-outside', modes: OPEN, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'edit-protected', modes: WALLED, policies: ['untrusted', 'on-request'], says: 'ask' },
  { by: 'description', situation: 'edit-protected', modes: WALLED, policies: ['never', 'sandbox_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'edit-protected', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'edit-protected', modes: OPEN, policies: ['on-request'], says: 'run', why: PROTECTED_WHY },
  { by: 'description', situation: 'edit-protected', modes: OPEN, policies: ['never'], says: 'run' },
  { by: 'description', situation: 'mcp-hinted', modes: ALL, policies: WORDS, says: 'nothing' },
  { by: 'description', situation: 'mcp-hinted', modes: ALL, policies: ['granular'], says: 'ask', why: HINT_WHY },
  { by: 'description', situation: 'mcp-hinted', modes: ALL, policies: ['mcp_elicitations = false'], says: 'refuse', why: HINT_WHY },
  { by: 'description', situation: 'mcp', modes: ALL, policies: ['untrusted', 'granular'], says: 'ask' },
  { by: 'description', situation: 'mcp', modes: ALL, policies: ['on-request', 'never'], says: 'nothing' },
  { by: 'description', situation: 'mcp', modes: ALL, policies: ['mcp_elicitations = false'], says: 'refuse' },
  { by: 'description', situation: 'skill', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'skill', modes: ALL, policies: ['on-request', 'never'], says: 'run' },
  { by: 'description', situation: 'skill', modes: ALL, policies: ['granular'], says: 'ask', why: SKILL_WHY },
  { by: 'description', situation: 'skill', modes: ALL, policies: ['skill_approval = false'], says: 'refuse', why: SKILL_WHY },
  { by: 'description', situation: 'skill-outside', modes: WALLED, policies: ['untrusted', 'on-request', 'granular'], says: 'ask' },
  { by: 'description', situation: 'skill-outside', modes: WALLED, policies: ['never', 'sandbox_approval = false', 'skill_approval = false'], says: 'refuse' },
  { by: 'description', situation: 'skill-outside', modes: OPEN, policies: ['untrusted'], says: 'ask' },
  { by: 'description', situation: 'skill-outside', modes: OPEN, policies: ['on-request', 'never'], says: 'run' },
];

const ON_REQUEST: readonly SaidPolicy[] = ['on-request', 'granular'];
const SWITCHED: readonly SaidPolicy[] = ['sandbox_approval = false', 'rules = false'];

/** Codex 0.169.0 on Linux, as measured. `more-access` is its request to run without the sandbox. */
const CODEX: readonly SaidRow[] = [
  { by: 'codex', situation: 'harmless', modes: ALL, policies: ['untrusted'], says: 'ask', why: HARMLESS_WHY },
  { by: 'codex', situation: 'harmless', modes: ALL, policies: [...ON_REQUEST, 'never', ...SWITCHED], says: 'run' },
  { by: 'codex', situation: 'inside', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'codex', situation: 'inside', modes: ALL, policies: [...ON_REQUEST, 'never', ...SWITCHED], says: 'run' },
  { by: 'codex', situation: 'risk', modes: ALL, policies: ['untrusted', ...ON_REQUEST, ...SWITCHED], says: 'ask' },
  { by: 'codex', situation: 'risk', modes: ALL, policies: ['never'], says: 'refuse', why: NEVER_RISK_WHY },
  { by: 'codex', situation: 'more-access', modes: WALLED, policies: ['untrusted', ...ON_REQUEST, 'rules = false'], says: 'ask' },
  { by: 'codex', situation: 'more-access', modes: WALLED, policies: ['sandbox_approval = false'], says: 'refuse', why: ESCALATE_SWITCH_WHY },
  { by: 'codex', situation: 'more-access', modes: WALLED, policies: ['never'], says: 'refuse' },
  { by: 'codex', situation: 'more-access', modes: OPEN, policies: ['untrusted'], says: 'ask', why: ESCALATE_WHY },
  { by: 'codex', situation: 'more-access', modes: OPEN, policies: [...ON_REQUEST, 'rules = false'], says: 'run' },
  { by: 'codex', situation: 'more-access', modes: OPEN, policies: ['sandbox_approval = false', 'never'], says: 'refuse', why: ESCALATE_WHY },
  { by: 'codex', situation: 'outside', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'codex', situation: 'outside', modes: WALLED, policies: ['on-request'], says: 'fail, and nobody is asked', why: BEYOND_WHY },
  { by: 'codex', situation: 'outside', modes: WALLED, policies: ['granular', 'rules = false'], says: 'fail, then ask', why: BEYOND_WHY },
  { by: 'codex', situation: 'outside', modes: WALLED, policies: ['sandbox_approval = false', 'never'], says: 'fail, and nobody is asked', why: BEYOND_SWITCH_WHY },
  { by: 'codex', situation: 'outside', modes: OPEN, policies: [...ON_REQUEST, 'never'], says: 'run' },
  { by: 'codex', situation: 'rule-allow', modes: WALLED, policies: ['untrusted', ...ON_REQUEST, 'never', ...SWITCHED], says: 'run without a sandbox', why: ALLOW_WHY },
  { by: 'codex', situation: 'rule-allow', modes: OPEN, policies: ['untrusted', ...ON_REQUEST, 'never'], says: 'run' },
  { by: 'codex', situation: 'rule-prompt', modes: ALL, policies: ['untrusted', ...ON_REQUEST], says: 'ask' },
  { by: 'codex', situation: 'rule-prompt', modes: ALL, policies: ['rules = false', 'never'], says: 'refuse' },
  { by: 'codex', situation: 'rule-forbidden', modes: ALL, policies: ['untrusted', ...ON_REQUEST, 'never', ...SWITCHED], says: 'refuse' },
  { by: 'codex', situation: 'edit-inside', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'codex', situation: 'edit-inside', modes: READING, policies: ['on-request'], says: 'ask' },
  { by: 'codex', situation: 'edit-inside', modes: ['workspace-write'], policies: ['on-request'], says: 'run' },
  { by: 'codex', situation: 'edit-outside', modes: ALL, policies: ['untrusted'], says: 'ask' },
  { by: 'codex', situation: 'edit-outside', modes: WALLED, policies: ['on-request'], says: 'ask' },
  { by: 'codex', situation: 'edit-outside', modes: WALLED, policies: ['never'], says: 'refuse' },
  { by: 'codex', situation: 'edit-protected', modes: WALLED, policies: ['on-request'], says: 'ask' },
  { by: 'codex', situation: 'edit-protected', modes: WALLED, policies: ['never'], says: 'refuse' },
];

export const SAID_ROWS: readonly SaidRow[] = [...DESCRIPTION, ...CODEX];
