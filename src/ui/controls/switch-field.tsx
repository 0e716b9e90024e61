import type { ReactNode } from 'react';
import { Switch } from 'react-aria-components';
import css from './switch-field.module.css';

/** On or off, at once. */
export function SwitchField(props: {
  readonly label: ReactNode;
  readonly isOn: boolean;
  onChange(isOn: boolean): void;
}): ReactNode {
  return (
    <Switch className={css['switch'] ?? ''} isSelected={props.isOn} onChange={props.onChange}>
      <span className={css['words']}>{props.label}</span>
      <span className={css['track']} />
    </Switch>
  );
}
