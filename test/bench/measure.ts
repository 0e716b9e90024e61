import { performance } from 'node:perf_hooks';

/** One row of the table. `ratio` is against `baseline` in the same run: the machine's own speed falls out. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: { readonly name: string; readonly value: number } | undefined;
  readonly ratio?: number | undefined;
  /** What it should be on a machine like the one this was written on. */
  readonly aim?: string | undefined;
  /** Whether it was, where that is a matter of a ratio in the same run. */
  readonly isMet?: boolean | undefined;
}

/** A row in milliseconds whose ratio is to be at most `most`. */
export function compare({
  name,
  value,
  baseline,
  most,
}: {
  readonly name: string;
  readonly value: number;
  readonly baseline: { readonly name: string; readonly value: number };
  readonly most: number;
}): BenchRow {
  const ratio = value / baseline.value;
  return { name, value, unit: 'ms', baseline, ratio, aim: `ratio at most ${most}`, isMet: ratio <= most };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value that this part (0 to 1) of all values does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Milliseconds that one call takes. */
export async function timeOne(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Medians in milliseconds of several works, run in turn so that a busy moment hits all of them. */
export async function timeInTurn<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<unknown> | unknown>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  // One round that does not count: files and code are not in memory yet.
  for (const name of names) await works[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times.get(name)?.push(await timeOne(works[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

/** The rows as an aligned table. */
export function formatTable(rows: readonly BenchRow[]): string {
  const cells = [
    ['what', 'value', 'against', 'ratio', 'aim'],
    ...rows.map((row) => [
      row.name,
      `${format(row.value)} ${row.unit}`,
      row.baseline ? `${row.baseline.name}: ${format(row.baseline.value)} ${row.unit}` : '',
      row.ratio === undefined ? '' : row.ratio.toFixed(2),
      `${row.aim ?? ''}${row.isMet === undefined ? '' : row.isMet ? ': met' : ': not met'}`,
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value < 1 ? 3 : 1);
}
