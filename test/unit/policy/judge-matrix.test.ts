import { describe, expect, it } from 'vitest';
import { MATRIX, MATRIX_POLICIES, type MatrixSwitch, SITUATIONS } from '../../cases/judge/matrix.ts';
import { CELL_POLICIES, type Cell, type CellPolicy, judgeCell } from './judge-matrix-cell.ts';

interface ExpectedCell extends Cell {
  readonly category: string;
  readonly verdict: string;
}

function switchOf(policy: CellPolicy): MatrixSwitch | null {
  return /^(\w+) = false$/.exec(policy) ? (policy.replace(' = false', '') as MatrixSwitch) : null;
}

const CELLS: ExpectedCell[] = MATRIX.flatMap((row) =>
  CELL_POLICIES.map((policy) => {
    const index: number = (MATRIX_POLICIES as readonly string[]).indexOf(policy);
    const off = switchOf(policy);
    const asked = row.verdicts[index < 0 ? 3 : index] ?? 'missing';
    const isSilenced = off !== null && asked === 'ask' && row.silencedBy.includes(off);
    const [first = '', later = first] = row.category.split('/');
    const { situation, mode } = row;
    return {
      situation,
      mode,
      policy,
      verdict: isSilenced ? 'refuse' : asked,
      category: policy === 'untrusted' ? first : later,
    };
  }),
);

describe('the matrix', () => {
  it('has every cell once', () => {
    const rows = new Set(MATRIX.map(({ situation, mode }) => `${situation} ${mode}`));
    expect([rows.size, MATRIX.length]).toEqual([Object.keys(SITUATIONS).length * 3, rows.size]);
    expect(CELLS.every(({ verdict }) => verdict !== 'missing')).toBe(true);
  });

  it.each(CELLS)('$situation in $mode under $policy is $verdict', (cell) => {
    const judgement = judgeCell(cell);
    expect([judgement.category, judgement.verdict]).toEqual([cell.category, cell.verdict]);
    const reassuring = judgement.reasons.filter(({ code }) => /^(inside|harmless|rule-allow)$/.test(code));
    if (judgement.verdict === 'allow') expect(judgement.reasons.length).toBeGreaterThan(0);
    else expect([judgement.reasons.length > 0, reassuring]).toEqual([true, []]);
    for (const reason of judgement.reasons) expect(reason.text).toMatch(/^[A-Z0-9/.].*[^.]\.$/s);
  });
});
