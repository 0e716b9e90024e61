import type { ReactNode } from 'react';
import type { GrantScope } from '../../protocol/index.ts';
import { AnswerButton } from './answer-button.tsx';
import css from './answers.module.css';
import type { CardAction } from './card-keys.ts';
import type { CardGuard } from './use-guard.ts';

const ONLY = { once: 'Once only', longer: 'Not for longer' } as const;

/** The four answers, always in this order and of one weight. */
export function CardAnswers(props: {
  readonly guard: CardGuard;
  readonly isDisabled: boolean;
  readonly needsChord: boolean;
  /** What a yes without further words gives. */
  readonly plain: GrantScope;
  /** Without a wider scope. */
  readonly isOnceOnly: boolean;
  /** Its text can be changed, and that allowed instead. */
  readonly isEditable: boolean;
  /** All that was asked for is left out: there is nothing to allow. */
  readonly isNothing: boolean;
  /** Key caps show only while the card has the focus. */
  readonly hasKeyCaps: boolean;
  readonly hasLetterKeys: boolean;
  readonly chord: string;
  onAction(action: CardAction): void;
}): ReactNode {
  const { guard, isDisabled, needsChord, isOnceOnly, chord, onAction } = props;
  const cap = (letter: string): string | undefined => (props.hasLetterKeys ? letter : undefined);
  const allowCap = needsChord || !props.hasLetterKeys ? chord : 'A';
  const shared = { guard, isDisabled, hasKeyCaps: props.hasKeyCaps };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form, which could be submitted
    <div className={css['answers']} role="group" aria-label="Answer">
      <AnswerButton
        {...shared}
        name="reject"
        look="deny"
        keyCap={cap('R')}
        onAnswer={() => onAction('reject')}
      >
        Reject
      </AnswerButton>
      <AnswerButton
        {...shared}
        name="open-reject"
        look="plain"
        keyCap={cap('F')}
        onAnswer={() => onAction('open-reject')}
      >
        Reject with feedback…
      </AnswerButton>
      <AnswerButton
        {...shared}
        name="allow-once"
        look="allow"
        isDisabled={isDisabled || props.isNothing}
        keyCap={allowCap}
        onAnswer={() => onAction('allow-once')}
      >
        {props.plain === 'once' ? 'Allow once' : `Allow for ${props.plain}`}
      </AnswerButton>
      <AnswerButton
        {...shared}
        name="open-allow"
        look="plain"
        isDisabled={isDisabled || isOnceOnly}
        keyCap={isOnceOnly ? undefined : cap('S')}
        onAnswer={() => onAction('open-allow')}
      >
        {isOnceOnly ? ONLY[props.plain === 'once' ? 'once' : 'longer'] : 'Allow for…'}
      </AnswerButton>
      {props.isEditable && (
        <AnswerButton
          {...shared}
          name="open-edit"
          look="quiet"
          keyCap={cap('T')}
          onAnswer={() => onAction('open-edit')}
        >
          Edit the text…
        </AnswerButton>
      )}
    </div>
  );
}
