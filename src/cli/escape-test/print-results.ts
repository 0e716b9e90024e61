import { showLine } from '../../timeline/index.ts';
import { renderTable } from '../render-table.ts';
import { type CaseResult, FAMILIES, type Verdict } from './escape-case.ts';
import { isBad } from './judge-case.ts';

const COLUMNS: ReadonlyArray<readonly [head: string, verdict: Verdict]> = [
  ['contained', 'contained'],
  ['LET THROUGH', 'let-through'],
  ['works', 'works'],
  ['BROKEN', 'broken'],
  ['FAILED', 'failed'],
  ['skipped', 'skipped'],
];

const WORDS: Readonly<Record<Verdict, string>> = {
  contained: 'contained',
  'let-through': 'LET THROUGH',
  works: 'works',
  broken: 'BROKEN',
  failed: 'FAILED',
  skipped: 'skipped',
};

/** The table by family, what went wrong, what was skipped and why, and a sum. */
export function renderResults(results: readonly CaseResult[]): string {
  const count = (rows: readonly CaseResult[], verdict: Verdict): string => {
    const number = rows.filter((row) => row.verdict === verdict).length;
    return number === 0 ? '-' : String(number);
  };
  const families = FAMILIES.map((family) => results.filter((row) => row.family === family));
  const rows = families
    .filter((of) => of.length > 0)
    .map((of) => [of[0]?.family ?? '', ...COLUMNS.map(([, verdict]) => count(of, verdict))]);
  const table = renderTable(['family', ...COLUMNS.map(([head]) => head)], rows);
  const bad = results.filter(({ verdict }) => isBad(verdict));
  const told = [...bad, ...results.filter(({ verdict }) => verdict === 'skipped')].map(describe);
  const sum = `${results.length - skipped(results)} cases run, ${skipped(results)} skipped: ${
    bad.length === 0 ? 'every one as it should be' : `${bad.length} NOT as they should be`
  }.`;
  return `${[table.trimEnd(), ...told, sum].join('\n')}\n`;
}

function skipped(results: readonly CaseResult[]): number {
  return results.filter(({ verdict }) => verdict === 'skipped').length;
}

function describe({ id, title, verdict, reason }: CaseResult): string {
  const why = reason === undefined ? '' : `: ${showLine(reason, 400)}`;
  return `${WORDS[verdict]}  ${showLine(id, 200)} (${showLine(title, 200)})${why}`;
}
