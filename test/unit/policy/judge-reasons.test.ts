import { describe, expect, it } from 'vitest';
import { MATRIX, MATRIX_SWITCHES } from '../../cases/judge/matrix.ts';
import { REASON_ROWS, type ReasonRow } from '../../cases/judge/reasons.ts';
import { CELL_POLICIES, type Cell, judgeCell } from './judge-matrix-cell.ts';

/** The row that speaks of a cell; a switch that changes nothing has none of its own. */
function findRow({ situation, mode, policy }: Cell): ReasonRow | undefined {
  const of = (name: string): ReasonRow | undefined =>
    REASON_ROWS.find((row) => row.situation === situation && row.policy === name && row.modes.includes(mode));
  return of(policy) ?? (policy.endsWith(' = false') ? of('granular') : undefined);
}

const CELLS = MATRIX.flatMap(({ situation, mode }) =>
  CELL_POLICIES.map((policy): Cell => ({ situation, mode, policy })),
);

describe('what a person reads', () => {
  it.each(CELLS)('of $situation in $mode under $policy', (cell) => {
    const { verdict, reasons } = judgeCell(cell);
    const row = findRow(cell);
    expect({ verdict, reads: reasons.map(({ text }) => text) }).toEqual({
      verdict: row?.verdict,
      reads: row?.reads,
    });
  });

  it('has one row for each cell at most', () => {
    const named = REASON_ROWS.flatMap(({ situation, policy, modes }) =>
      modes.map((mode) => `${situation} ${mode} ${policy}`),
    );
    expect(new Set(named).size).toBe(named.length);
  });

  it('names the switch that refuses', () => {
    for (const key of MATRIX_SWITCHES) {
      const rows = REASON_ROWS.filter(({ policy }) => policy === `${key} = false`);
      expect(rows.length).toBeGreaterThan(0);
      for (const { verdict, reads } of rows)
        expect([verdict, reads.at(-1)]).toEqual([
          'refuse',
          `The granular approval policy has ${key} = false, which refuses this without asking.`,
        ]);
    }
  });
});
