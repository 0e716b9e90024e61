import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import css from './filter-chips.module.css';

/** What a list is narrowed to: one of a few, each with how many there are. */
export function FilterChips<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly words: string; readonly count: number }[];
  onChange(value: T): void;
}): ReactNode {
  return (
    <ToggleButtonGroup
      aria-label={props.label}
      className={css['chips'] ?? ''}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={(keys) => {
        const chosen = props.choices.find((choice) => keys.has(choice.value));
        if (chosen !== undefined) props.onChange(chosen.value);
      }}
    >
      {props.choices.map(({ value, words, count }) => (
        <ToggleButton key={value} id={value} className={css['chip'] ?? ''}>
          {words} <span className={css['count']}>{count}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
