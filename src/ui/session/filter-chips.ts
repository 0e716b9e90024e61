import type { RowCounts, RowFilter } from '../../protocol/index.ts';

/** One of the chips above the rows: which rows it leaves. */
export interface FilterChip {
  readonly name: keyof RowCounts;
  readonly words: string;
  readonly filter: Pick<RowFilter, 'kinds' | 'hasApproval'>;
}

/** In the order in which they stand; each leaves the rows that its count tells. */
export const FILTER_CHIPS: readonly FilterChip[] = [
  { name: 'all', words: 'All', filter: {} },
  { name: 'commands', words: 'Commands', filter: { kinds: ['command'] } },
  { name: 'files', words: 'Files', filter: { kinds: ['edit', 'denial'] } },
  { name: 'network', words: 'Network', filter: { kinds: ['network'] } },
  { name: 'approvals', words: 'Approvals', filter: { hasApproval: true } },
];

const sorted = (words: readonly string[] | undefined): string => [...(words ?? [])].sort().join(' ');

/** The chip that a filter is of; `undefined` where it was typed and is none of them. */
export function chipOfFilter(filter: RowFilter): FilterChip | undefined {
  return FILTER_CHIPS.find(
    ({ filter: { kinds, hasApproval } }) =>
      sorted(kinds) === sorted(filter.kinds) && hasApproval === filter.hasApproval,
  );
}

/** The filter with another chip; what else was asked for stays. */
export function withChip(filter: RowFilter, chip: FilterChip): RowFilter {
  const { kinds: _kinds, hasApproval: _hasApproval, ...rest } = filter;
  return { ...rest, ...chip.filter };
}

/** The filter with another least risk; `undefined`: any, also none. */
export function withMinRisk(filter: RowFilter, minRisk: number | undefined): RowFilter {
  const { minRisk: _minRisk, ...rest } = filter;
  return minRisk === undefined ? rest : { ...rest, minRisk };
}
