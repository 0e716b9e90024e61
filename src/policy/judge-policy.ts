/** The matrix: what a category comes to under an approval policy and a sandbox mode. */
import type { ConfigSnapshot, Reason, Verdict } from '../protocol/index.ts';

/** The rows that need no rules, profiles or agents. `protected` is the row that danger-full-access keeps of `outside`. */
export type PolicyRow = 'harmless' | 'inside' | 'risk' | 'outside' | 'protected' | 'blocked' | 'opaque';

type Row = Readonly<Record<'untrusted' | 'on-request' | 'never', Verdict>>;

const ROWS: Readonly<Record<PolicyRow, Row>> = {
  harmless: { untrusted: 'allow', 'on-request': 'allow', never: 'allow' },
  inside: { untrusted: 'ask', 'on-request': 'allow', never: 'allow' },
  risk: { untrusted: 'ask', 'on-request': 'ask', never: 'allow' },
  outside: { untrusted: 'ask', 'on-request': 'ask', never: 'refuse' },
  protected: { untrusted: 'ask', 'on-request': 'ask', never: 'refuse' },
  blocked: { untrusted: 'ask', 'on-request': 'ask', never: 'refuse' },
  opaque: { untrusted: 'ask', 'on-request': 'allow', never: 'allow' },
};

/** Behind no wall nothing bounds what is opaque, and a protected path is only asked about. */
const OPEN_ROWS: Partial<Record<PolicyRow, Row>> = {
  protected: { untrusted: 'ask', 'on-request': 'ask', never: 'allow' },
  blocked: { untrusted: 'ask', 'on-request': 'ask', never: 'allow' },
  opaque: { untrusted: 'ask', 'on-request': 'ask', never: 'allow' },
};

/**
 * The verdict for a row, with what in the policy decided. A granular policy asks where on-request would, and refuses
 * instead where its switch is off; a question about risk is never silenced.
 */
export function decideByPolicy(
  row: PolicyRow,
  snapshot: ConfigSnapshot,
): { verdict: Verdict; reason: Reason } {
  const { approvalPolicy: policy } = snapshot;
  const isOpen = snapshot.sandboxMode === 'danger-full-access';
  const verdicts = (isOpen ? OPEN_ROWS[row] : undefined) ?? ROWS[row];
  if (typeof policy === 'string') {
    const verdict = verdicts[policy];
    return { verdict, reason: { code: `policy-${policy}`, text: sentence(policy, row, verdict, isOpen) } };
  }
  const asked = verdicts['on-request'];
  if (asked === 'ask' && row !== 'risk' && !policy.granular.sandbox_approval) {
    const text =
      'The granular approval policy has sandbox_approval = false, which refuses this without asking.';
    return { verdict: 'refuse', reason: { code: 'policy-granular', text } };
  }
  const text =
    asked === 'ask'
      ? 'The granular approval policy asks about this.'
      : 'The granular approval policy lets this run.';
  return { verdict: asked, reason: { code: 'policy-granular', text } };
}

const NEVER_SENTENCES: Partial<Record<Verdict, string>> = {
  refuse: 'The approval policy never asks, so what lies beyond the access is refused.',
};

function sentence(
  policy: 'untrusted' | 'on-request' | 'never',
  row: PolicyRow,
  verdict: Verdict,
  isOpen: boolean,
): string {
  if (policy === 'untrusted') {
    if (row === 'blocked')
      return 'The approval policy untrusted asks before the wall is opened for a running command.';
    return verdict === 'ask'
      ? 'The approval policy untrusted asks about everything but known harmless reads.'
      : 'The approval policy untrusted lets known harmless reads run.';
  }
  if (policy === 'never') {
    const bound = isOpen ? 'and this session has no wall' : 'and the wall bounds what it can do';
    return NEVER_SENTENCES[verdict] ?? `The approval policy never asks, ${bound}.`;
  }
  if (verdict === 'ask') return 'The approval policy on-request asks about this.';
  return row === 'opaque'
    ? 'The approval policy on-request lets it run, because the wall bounds what it can do.'
    : 'The approval policy on-request lets this run.';
}
