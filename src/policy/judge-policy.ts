/** The matrix: what a category comes to under an approval policy and a sandbox mode. */
import type { ConfigSnapshot, GranularPolicy, Reason, Verdict } from '../protocol/index.ts';
import { sayLets, sayPolicy } from './policy-sentence.ts';

/** A row of the matrix. `protected` is the row that danger-full-access keeps of `outside`. */
export type PolicyRow =
  | 'harmless'
  | 'inside'
  | 'risk'
  | 'outside'
  | 'protected'
  | 'blocked'
  | 'opaque'
  | 'more-access'
  | 'rule-prompt'
  | 'edit-inside'
  | 'edit-outside'
  | 'edit-protected'
  | 'mcp-hinted'
  | 'mcp'
  | 'skill';

type Row = Readonly<Record<'untrusted' | 'on-request' | 'never', Verdict>>;

const BEYOND: Row = { untrusted: 'ask', 'on-request': 'ask', never: 'refuse' };
const BOUNDED: Row = { untrusted: 'ask', 'on-request': 'allow', never: 'allow' };
/** Behind no wall: asked about where anybody may be asked. */
const UNBOUNDED: Row = { untrusted: 'ask', 'on-request': 'ask', never: 'allow' };

const ROWS: Readonly<Record<PolicyRow, Row>> = {
  harmless: { untrusted: 'allow', 'on-request': 'allow', never: 'allow' },
  inside: BOUNDED,
  risk: UNBOUNDED,
  outside: BEYOND,
  protected: BEYOND,
  blocked: BEYOND,
  opaque: BOUNDED,
  'more-access': BEYOND,
  'rule-prompt': BEYOND,
  'edit-inside': BOUNDED,
  'edit-outside': BEYOND,
  'edit-protected': BEYOND,
  'mcp-hinted': BOUNDED,
  mcp: BEYOND,
  skill: BOUNDED,
};

/** Behind no wall nothing bounds what is opaque, and a protected path is only asked about. */
const OPEN_ROWS: Partial<Record<PolicyRow, Row>> = {
  protected: UNBOUNDED,
  blocked: UNBOUNDED,
  opaque: UNBOUNDED,
  'edit-protected': UNBOUNDED,
};

/** The switch of a granular policy that a row's questions belong to. Questions about risk have none. */
const SWITCHES: Readonly<Partial<Record<PolicyRow, keyof GranularPolicy>>> = {
  outside: 'sandbox_approval',
  protected: 'sandbox_approval',
  blocked: 'sandbox_approval',
  opaque: 'sandbox_approval',
  'edit-inside': 'sandbox_approval',
  'edit-outside': 'sandbox_approval',
  'edit-protected': 'sandbox_approval',
  'rule-prompt': 'rules',
  mcp: 'mcp_elicitations',
  'mcp-hinted': 'mcp_elicitations',
  'more-access': 'request_permissions',
};

/** What a row comes to, and what in the policy decided. */
export interface PolicyDecision {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

/** What else the verdict for a row depends on. */
export interface PolicyContext {
  /** The step runs a program of a skill or plugin: its questions belong to `skill_approval` as well. */
  readonly isSkill?: boolean;
}

/**
 * The verdict for a row, with what in the policy decided. A granular policy asks where on-request would, and refuses
 * instead where its switch is off; a question about risk is never silenced.
 */
export function decideByPolicy(
  row: PolicyRow,
  snapshot: ConfigSnapshot,
  { isSkill = false }: PolicyContext = {},
): PolicyDecision {
  const { approvalPolicy: policy } = snapshot;
  const isOpen = snapshot.sandboxMode === 'danger-full-access';
  const verdicts = (isOpen ? OPEN_ROWS[row] : undefined) ?? ROWS[row];
  if (typeof policy === 'string') {
    const verdict = verdicts[policy];
    const text = sayPolicy({ policy, row, verdict, isOpen });
    return { verdict, reason: { code: `policy-${policy}`, text } };
  }
  const asked = verdicts['on-request'];
  const off = asked === 'ask' ? findSwitchedOff(row, policy.granular, isSkill) : undefined;
  const did = asked === 'allow' ? sayLets(row) : 'asks about this';
  const refuses = `has ${off} = false, which refuses this without asking`;
  const text = `The granular approval policy ${off === undefined ? did : refuses}.`;
  return { verdict: off === undefined ? asked : 'refuse', reason: { code: 'policy-granular', text } };
}

function findSwitchedOff(
  row: PolicyRow,
  switches: GranularPolicy,
  isSkill: boolean,
): keyof GranularPolicy | undefined {
  const name = SWITCHES[row];
  if (name === undefined) return undefined;
  if (!switches[name]) return name;
  return isSkill && !switches.skill_approval ? 'skill_approval' : undefined;
}
