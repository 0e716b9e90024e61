import type { Approval, EventBody } from '../../protocol/index.ts';

/** What is allowed by rules has an answer, and goes on; what is refused by them needs none any more. */
export function overtakenEvent(
  { approvalId, digest }: Approval,
  verdict: 'allow' | 'refuse',
  why: string,
): EventBody {
  if (verdict === 'refuse')
    return { type: 'approval/withdrawn', approvalId, reason: `refused now: ${why.replace(/\.$/, '')}` };
  const requestKey = `rule:${digest}`;
  return { type: 'approval/answered', approvalId, outcome: 'allowed', by: 'rule', feedback: why, requestKey };
}
