import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import css from './controls.module.css';

/** One choice of a few, all in sight; arrows move between them. */
export function Segmented<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly {
    readonly value: T;
    readonly words: ReactNode;
    readonly isDisabled?: boolean;
  }[];
  onChange(value: T): void;
  /** As wide as its place. */
  readonly isFull?: boolean;
}): ReactNode {
  return (
    <ToggleButtonGroup
      aria-label={props.label}
      className={`${css['segmented']} ${props.isFull === true ? css['full'] : ''}`}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={(keys) => {
        const chosen = props.choices.find((choice) => keys.has(choice.value));
        if (chosen !== undefined) props.onChange(chosen.value);
      }}
    >
      {props.choices.map((choice) => (
        <ToggleButton
          key={choice.value}
          id={choice.value}
          className={css['segment'] ?? ''}
          isDisabled={choice.isDisabled ?? false}
        >
          {choice.words}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
