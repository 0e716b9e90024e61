import { describe, expect, it } from 'vitest';
import { chooseApproval } from '../../../src/cli/choose-approval.ts';
import { Approval, type RiskLevel } from '../../../src/protocol/index.ts';

function makeApproval(approvalId: string, level: RiskLevel): Approval {
  return Approval.parse({
    approvalId,
    sessionId: '01900000-0000-7000-8000-000000000001',
    kind: 'cmd',
    text: 'npm test',
    cwd: '/w',
    workspace: '/w',
    category: 'inside',
    reasons: [],
    risk: { score: 1, level, rationale: 'r', evidence: [] },
    scopes: ['once'],
    digest: 'd',
    askedAt: 0,
    expiresAt: 1,
  });
}
const open = [
  makeApproval('cmd-aaaa1111', 'low'),
  makeApproval('cmd-bbbb2222', 'high'),
  makeApproval('cmd-cccc3333', 'critical'),
];

describe('the ID that is typed', () => {
  const usage = 'usage';
  const rows: [string, 'allowed' | 'rejected', string | undefined][] = [
    ['cmd-aaaa1111', 'allowed', 'cmd-aaaa1111'],
    ['cmd-a', 'allowed', 'cmd-aaaa1111'],
    ['AAAA', 'allowed', 'cmd-aaaa1111'],
    ['cmd', 'rejected', usage],
    ['', 'rejected', usage],
    [' ', 'allowed', usage],
    ['cmd-bbbb222', 'allowed', usage],
    ['bbbb2222', 'allowed', usage],
    ['cccc', 'allowed', usage],
    ['cmd-bbbb2222', 'allowed', 'cmd-bbbb2222'],
    ['CMD-CCCC3333', 'allowed', 'cmd-cccc3333'],
    ['cccc', 'rejected', 'cmd-cccc3333'],
    ['cmd-dddd4444', 'allowed', 'cmd-dddd4444'],
    ['cmd-dddd', 'allowed', undefined],
  ];
  it.each(rows)('%j, %s: %s', (typed, outcome, expected) => {
    const choose = () => chooseApproval(open, typed, { outcome, command: 'sallyport approvals' });
    if (expected === usage) {
      expect(choose).toThrow(expect.objectContaining({ kind: 'user', code: usage }));
      return;
    }
    const chosen = choose();
    expect(chosen?.kind === 'open' ? chosen.approval.approvalId : chosen?.approvalId).toBe(expected);
  });
});
