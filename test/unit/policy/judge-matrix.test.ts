import { describe, expect, it } from 'vitest';
import { judgeBlocked, judgeStep } from '../../../src/policy/index.ts';
import type { ApprovalPolicy, Judgement } from '../../../src/protocol/index.ts';
import { MATRIX, POLICY_NAMES, SITUATIONS } from '../../cases/judge/matrix.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

type PolicyName = (typeof POLICY_NAMES)[number];

function policyOf(name: PolicyName): ApprovalPolicy {
  if (name !== 'granular-on' && name !== 'granular-off') return name;
  const rest = { rules: true, mcp_elicitations: true, request_permissions: false, skill_approval: false };
  return { granular: { sandbox_approval: name === 'granular-on', ...rest } };
}

const CELLS = MATRIX.flatMap((row) =>
  POLICY_NAMES.map((policy, index) => ({ ...row, policy, verdict: row.verdicts[index] })),
);

function judgeCell(cell: (typeof CELLS)[number]): Judgement {
  const snapshot = makeSnapshot({ sandboxMode: cell.mode, approvalPolicy: policyOf(cell.policy) });
  const text = SITUATIONS[cell.situation] ?? '';
  const [step] = makeSteps(text);
  const facts = makeFacts(step);
  if (cell.situation !== 'blocked') return judgeStep(step, snapshot, facts);
  return judgeBlocked([text], snapshot, {
    ...facts,
    paths: [{ text, use: 'write', real: text, kind: 'file' }],
  });
}

describe('the matrix', () => {
  it('has every cell', () => {
    expect(CELLS.length).toBe(Object.keys(SITUATIONS).length * 3 * POLICY_NAMES.length);
    expect(CELLS.every((cell) => cell.verdict !== undefined)).toBe(true);
  });

  it.each(CELLS)('$situation in $mode under $policy is $verdict', (cell) => {
    const judgement = judgeCell(cell);
    expect([judgement.category, judgement.verdict]).toEqual([cell.category, cell.verdict]);
    const reassuring = judgement.reasons.filter(({ code }) => code === 'inside' || code === 'harmless');
    if (judgement.verdict === 'allow') expect(judgement.reasons.length).toBeGreaterThan(1);
    else expect([judgement.reasons.length > 0, reassuring]).toEqual([true, []]);
    for (const reason of judgement.reasons) expect(reason.text).toMatch(/^[A-Z0-9/.].*[.:]?.*\.$/s);
  });
});
