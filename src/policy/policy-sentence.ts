import type { Verdict } from '../protocol/index.ts';
import type { PolicyRow } from './judge-policy.ts';

/** What a policy made of a row. */
export interface PolicyOutcome {
  readonly policy: 'untrusted' | 'on-request' | 'never';
  readonly row: PolicyRow;
  readonly verdict: Verdict;
  /** The session has no wall. */
  readonly isOpen: boolean;
}

const UNTRUSTED_ASKS: Partial<Record<PolicyRow, string>> = {
  blocked: 'The approval policy untrusted asks before the wall is opened for a running command.',
  'rule-prompt': 'The approval policy untrusted asks where a rule says so.',
  'more-access': 'The approval policy untrusted asks before more access is granted.',
  'edit-inside': 'The approval policy untrusted asks about every change of files.',
  'edit-outside': 'The approval policy untrusted asks about every change of files.',
  'edit-protected': 'The approval policy untrusted asks about every change of files.',
  mcp: 'The approval policy untrusted asks about every call of a tool.',
  'mcp-hinted': 'The approval policy untrusted asks about every call of a tool.',
};

const NEVER_REFUSES: Partial<Record<PolicyRow, string>> = {
  'rule-prompt': 'The approval policy never asks, so what a rule wants to be asked about is refused.',
  'more-access': 'The approval policy never asks, so more access is refused.',
  mcp: 'The approval policy never asks, so a call that may change something is refused.',
};

function sayUntrusted({ row, verdict }: PolicyOutcome): string {
  if (verdict !== 'ask') return 'The approval policy untrusted lets known harmless reads run.';
  return (
    UNTRUSTED_ASKS[row] ??
    'The approval policy untrusted asks about everything but known harmless reads and what a rule allows.'
  );
}

function sayNever({ row, verdict, isOpen }: PolicyOutcome): string {
  if (verdict === 'refuse')
    return NEVER_REFUSES[row] ?? 'The approval policy never asks, so what lies beyond the access is refused.';
  if (row === 'mcp-hinted') return 'The approval policy never asks, and a call that only reads runs.';
  if (row === 'edit-inside' && !isOpen)
    return 'The approval policy never asks, and the change stays within what may be written.';
  const bound = isOpen ? 'and this session has no wall' : 'and the wall bounds what it can do';
  return `The approval policy never asks, ${bound}.`;
}

/** What is let happen, for a row. */
export function sayLets(row: PolicyRow): string {
  if (row.startsWith('edit-')) return 'lets this change be made';
  return row.startsWith('mcp') ? 'lets this call be made' : 'lets this run';
}

/** One sentence on what the policy made of a row. */
export function sayPolicy(outcome: PolicyOutcome): string {
  const { policy, row, verdict } = outcome;
  if (policy === 'untrusted') return sayUntrusted(outcome);
  if (policy === 'never') return sayNever(outcome);
  if (verdict === 'ask') return 'The approval policy on-request asks about this.';
  return row === 'opaque'
    ? 'The approval policy on-request lets it run, because the wall bounds what it can do.'
    : `The approval policy on-request ${sayLets(row)}.`;
}
