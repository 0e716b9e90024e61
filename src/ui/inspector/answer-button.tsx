import { type MouseEvent, type PointerEvent, type ReactNode, useRef } from 'react';
import css from './answers.module.css';
import type { Press } from './guard.ts';
import type { CardGuard } from './use-guard.ts';

/**
 * A button that answers. It is a plain one and no press of a library, because two things must be known of it: when the
 * press began, and that nothing changed since. Enter and Space come to it by way of the card, which knows them too.
 */
export function AnswerButton(props: {
  readonly name: string;
  readonly children: ReactNode;
  readonly keyCap?: string | undefined;
  /** Its place stays when it is not to be seen: the focus must not move the answers. */
  readonly hasKeyCaps: boolean;
  readonly look: 'plain' | 'allow' | 'deny' | 'quiet';
  readonly isDisabled: boolean;
  readonly guard: CardGuard;
  onAnswer(): void;
}): ReactNode {
  const { guard, look, keyCap } = props;
  const press = useRef<Press | undefined>(undefined);

  const onPointerDown = (event: PointerEvent): void => {
    press.current =
      event.isPrimary && event.button === 0 ? guard.begin(event.nativeEvent.timeStamp) : undefined;
  };
  const onClick = (event: MouseEvent): void => {
    // without a pointer it comes from an assistive program: it begins and ends here
    const began = event.detail === 0 ? guard.begin(event.nativeEvent.timeStamp) : press.current;
    press.current = undefined;
    if (guard.counts(began)) props.onAnswer();
  };
  return (
    <button
      type="button"
      className={`${css['answer']} ${look === 'plain' ? '' : css[look]}`}
      data-answer={props.name}
      disabled={props.isDisabled}
      onPointerDown={onPointerDown}
      onPointerCancel={() => {
        press.current = undefined;
      }}
      onClick={onClick}
    >
      <span>{props.children}</span>
      {keyCap !== undefined && <kbd className={props.hasKeyCaps ? '' : css['unseen']}>{keyCap}</kbd>}
    </button>
  );
}
