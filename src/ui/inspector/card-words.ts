/** The words of a card that follow from the question alone. */
import type { AccessGrant, Approval, HostPort, RiskFamily, SettledApproval } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';

type Asked = Pick<Approval, 'kind' | 'category' | 'grant' | 'text' | 'files'>;

const KIND_SENTENCES: Record<Approval['kind'], string> = {
  cmd: 'Run a command',
  edit: 'Change a file',
  net: 'Connect to a host',
  mcp: 'Call a tool of an MCP server',
  perm: 'Give it more access',
  skill: 'Run a program of a skill',
  agent: 'Let a delegated agent act',
};

/** A sentence for the time until the engine has sent its own: less exact, never wrong. */
export function plainSentence(asked: Pick<Asked, 'kind' | 'category' | 'files'>): string {
  const files = asked.files?.length ?? 0;
  if (asked.kind === 'edit' && files > 1) return `Change ${files} files`;
  const sentence = KIND_SENTENCES[asked.kind];
  if (asked.kind !== 'cmd' && asked.kind !== 'skill') return sentence;
  if (asked.category === 'outside') return `${sentence} outside the sandbox`;
  if (asked.category === 'blocked') return 'Let a call through that the wall holds';
  if (asked.category === 'opaque') return `${sentence} that could not be understood`;
  return sentence;
}

function hostWords({ host, port }: HostPort): string {
  return port === undefined ? host : `${host}:${port}`;
}

/** One row of what a yes opens: the verb, and the paths, hosts or sockets as they are. */
export interface GrantRow {
  readonly verb: string;
  readonly what: readonly string[];
}

/** What a yes opens; empty where it opens nothing beyond the run itself. */
export function grantRows(grant: AccessGrant | undefined): GrantRow[] {
  if (grant === undefined) return [];
  const rows = [
    { verb: 'write', what: grant.write },
    { verb: 'read', what: grant.read },
    { verb: 'reach', what: grant.hosts.map(hostWords) },
    { verb: 'talk to', what: grant.sockets },
  ];
  return rows.filter((row) => row.what.length > 0);
}

export const FAMILY_WORDS: Record<RiskFamily, string> = {
  destroys: 'destroys',
  leaks: 'leaks',
  escalates: 'gains rights',
  persists: 'stays behind',
  'fetches-and-runs': 'fetches and runs',
  hides: 'hides',
  'touches-remote': 'reaches out',
};

/** `by you in the terminal`: who answered, where that is known to be a person at one of our own doors. */
export function byWords(by: string | undefined): string {
  const door = by?.split(':')[0];
  switch (door) {
    case undefined:
    case '':
      return '';
    case 'terminal':
      return 'by you in the terminal';
    case 'cli':
      return 'by you on the command line';
    case 'page':
    case 'window':
    case 'web':
    case 'desktop':
      return 'by you in a window';
    case 'rule':
      return 'by a rule';
    default:
      return `by ${by ?? ''}`;
  }
}

/** What became of the question, as a word with a capital. */
export function outcomeWord(settled: Pick<SettledApproval, 'outcome' | 'scope' | 'by'>): string {
  switch (settled.outcome) {
    case 'allowed':
      if (settled.by === 'rule') return 'Allowed';
      return settled.scope === undefined || settled.scope === 'once'
        ? 'Allowed once'
        : `Allowed · ${settled.scope}`;
    case 'rejected':
      return 'Rejected';
    case 'edited':
      return 'Edited';
    case 'withdrawn':
      return 'Withdrawn';
    case 'expired':
      return 'Expired';
  }
}

/** Reasons to reject that are often right, chosen by what is asked; the words are sent as they stand. */
export function cannedReasons(asked: Asked): string[] {
  if (asked.kind === 'net') return ['Not this host', 'Work offline', 'Ask me first'];
  if (asked.kind === 'edit') return ['Keep this file', 'Show me the change first', 'Ask me first'];
  if (asked.kind === 'mcp') return ['Not this tool', 'Ask me first', 'Use other arguments'];
  const isWriting = (asked.grant?.write.length ?? 0) > 0;
  if (asked.kind === 'perm' || asked.category === 'outside' || asked.category === 'blocked') {
    return [isWriting ? 'Stay in the project folder' : 'Do without it', 'Ask me first', 'Use a dry run'];
  }
  return ['Keep these files', 'Ask me first', 'Use a dry run', 'Not this host'];
}

export const MAX_FEEDBACK = 4000;

/** `12 characters left`, from 500 before the end on; a longer text cannot be sent. */
export function feedbackCount(length: number): string | undefined {
  const left = MAX_FEEDBACK - length;
  return left > 500 ? undefined : `${countThings(left, 'character')} left`;
}
