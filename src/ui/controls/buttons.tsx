import type { ReactNode, Ref } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import css from './controls.module.css';

export interface ButtonProps {
  readonly children: ReactNode;
  onPress(): void;
  /** `allow` and `deny` colour the words only: no answer weighs more than another. */
  readonly look?: 'plain' | 'quiet' | 'primary' | 'allow' | 'deny';
  readonly isCompact?: boolean;
  readonly isDisabled?: boolean;
  /** Where the words alone do not say it. */
  readonly label?: string;
  readonly className?: string;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

/** A push button, 28 px high; compact 24. */
export function Button(props: ButtonProps): ReactNode {
  const { look = 'plain', isCompact = false, className = '' } = props;
  const classes = [
    css['button'],
    isCompact ? css['compact'] : '',
    look === 'plain' ? '' : css[look],
    className,
  ];
  return (
    <AriaButton
      ref={props.buttonRef ?? null}
      className={classes.join(' ')}
      isDisabled={props.isDisabled ?? false}
      aria-label={props.label}
      onPress={props.onPress}
    >
      {props.children}
    </AriaButton>
  );
}

/** A button that is only an icon, 24 px square; `label` says what it does. */
export function IconButton(props: {
  readonly children: ReactNode;
  readonly label: string;
  onPress(): void;
  readonly isDisabled?: boolean;
}): ReactNode {
  return (
    <AriaButton
      className={css['iconButton'] ?? ''}
      aria-label={props.label}
      isDisabled={props.isDisabled ?? false}
      onPress={props.onPress}
    >
      {props.children}
    </AriaButton>
  );
}
