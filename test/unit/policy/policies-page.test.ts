import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MATRIX, SITUATIONS } from '../../cases/judge/matrix.ts';
import { SAID_ROWS, type SaidRow } from '../../cases/judge/said.ts';
import { fillPolicyPage, renderPolicyTables, verdictHere } from '../../support/render-policies.ts';

const PAGE = join(import.meta.dirname, '../../../resources/docs/policies.md');

function cellsOf({ by, situation, modes, policies }: SaidRow): string[] {
  return modes.flatMap((mode) => policies.map((policy) => `${by} ${situation} ${mode} ${policy}`));
}

describe('what others do in the cells of the matrix', () => {
  it.each(SAID_ROWS)('$by: $situation in $modes under $policies: $says', (row) => {
    const here = row.modes.flatMap((mode) =>
      row.policies.map((policy) => verdictHere(row.situation, mode, policy)),
    );
    if (row.says === 'nothing') expect(row.why).toBeUndefined();
    else if (row.why === undefined) expect(here.filter((verdict) => verdict !== row.says)).toEqual([]);
    else expect(here.filter((verdict) => verdict === row.says)).toEqual([]);
  });

  it('names no cell twice', () => {
    const named = SAID_ROWS.flatMap(cellsOf);
    expect(named.filter((cell, index) => named.indexOf(cell) !== index)).toEqual([]);
  });

  it('knows of every cell what the description says, or that it says nothing', () => {
    const known = new Set(SAID_ROWS.flatMap(cellsOf));
    const cells = MATRIX.flatMap(({ situation, mode }) =>
      ['untrusted', 'on-request', 'never'].map((policy) => `description ${situation} ${mode} ${policy}`),
    );
    expect(cells.filter((cell) => !known.has(cell))).toEqual([]);
  });

  it('knows of every row that was measured all cells', () => {
    const known = new Set(SAID_ROWS.flatMap(cellsOf));
    const measured = [
      'harmless',
      'inside',
      'risk',
      'more-access',
      'outside',
      'rule-allow',
      'rule-prompt',
      'rule-forbidden',
    ];
    const cells = MATRIX.filter(({ situation }) => measured.includes(situation)).flatMap(
      ({ situation, mode }) =>
        ['untrusted', 'on-request', 'granular', 'never'].map(
          (policy) => `codex ${situation} ${mode} ${policy}`,
        ),
    );
    expect([Object.keys(SITUATIONS), cells.filter((cell) => !known.has(cell))]).toEqual([
      expect.arrayContaining(measured),
      [],
    ]);
  });
});

describe('the page about policies', () => {
  it('has the tables of these cases', () => {
    const page = readFileSync(PAGE, 'utf8');
    const filled = fillPolicyPage(page);
    // UPDATE_PAGES=1 writes the tables anew after a change of the cases.
    if (process.env['UPDATE_PAGES'] === '1') writeFileSync(PAGE, filled);
    expect(filled).toBe(process.env['UPDATE_PAGES'] === '1' ? filled : page);
    for (const name of renderPolicyTables().keys()) expect(page).toContain(`<!-- table: ${name} -->`);
  });
});
