import { ChevronDown } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RowCounts, RowFilter } from '../../protocol/index.ts';
import { FilterChips } from '../controls/index.ts';
import { Icon } from '../marks/index.ts';
import { chipOfFilter, FILTER_CHIPS, withChip, withMinRisk } from './filter-chips.ts';
import { QueryField } from './query-field.tsx';
import css from './session.module.css';

/** The least score of each level beyond low. */
const LEVELS = [
  [3, 'medium'],
  [6, 'high'],
  [9, 'critical'],
] as const;

interface FilterProps {
  readonly filter: RowFilter;
  onChange(filter: RowFilter): void;
}

function RiskSelect({ filter, onChange }: FilterProps): ReactNode {
  const { minRisk } = filter;
  const isOther = minRisk !== undefined && !LEVELS.some(([score]) => score === minRisk);
  return (
    <label className={`${css['field']} ${css['risk']}`}>
      <span>risk ≥</span>
      <select
        value={minRisk ?? ''}
        onChange={({ target }) =>
          onChange(withMinRisk(filter, target.value === '' ? undefined : Number(target.value)))
        }
      >
        <option value="">any</option>
        {isOther && <option value={minRisk}>{minRisk}</option>}
        {LEVELS.map(([score, level]) => (
          <option key={score} value={score} title={level}>
            {score}
          </option>
        ))}
      </select>
      <Icon of={ChevronDown} size={12} />
    </label>
  );
}

/** Which rows are shown: by chip, by risk, by a typed query; all three write the same filter. */
export function FilterBar(props: FilterProps & { readonly counts: RowCounts }): ReactNode {
  const { filter, counts, onChange } = props;
  const [problem, setProblem] = useState<string>();
  const chosen = chipOfFilter(filter);
  return (
    <>
      <search className={css['bar']} aria-label="Filter of the timeline">
        <div className={css['chips']}>
          <FilterChips<keyof RowCounts | 'none'>
            label="Kind of row"
            value={chosen?.name ?? 'none'}
            choices={FILTER_CHIPS.map(({ name, words }) => ({ value: name, words, count: counts[name] }))}
            onChange={(value) => {
              const chip = FILTER_CHIPS.find(({ name }) => name === value);
              if (chip !== undefined) onChange(withChip(filter, chip));
            }}
          />
        </div>
        <RiskSelect filter={filter} onChange={onChange} />
        <QueryField filter={filter} onChange={onChange} onProblem={setProblem} problem={problem} />
      </search>
      {problem !== undefined && (
        <p id="query-problem" role="status" className={css['queryProblem']}>
          {problem}
        </p>
      )}
    </>
  );
}
