import type { ReactNode } from 'react';
import { AnswerButton } from './answer-button.tsx';
import css from './answers.module.css';
import type { CardGuard } from './use-guard.ts';

/** What both panels of a card have. */
export interface PanelProps {
  readonly guard: CardGuard;
  readonly isDisabled: boolean;
  readonly hasKeyCaps: boolean;
  readonly chord: string;
  onSend(): void;
  onBack(): void;
}

/** Back, and the button that sends. */
export function PanelFoot(
  props: PanelProps & { readonly look: 'allow' | 'deny'; readonly words: string },
): ReactNode {
  return (
    <div className={css['answers']}>
      <button type="button" className={css['answer']} data-back="" onClick={() => props.onBack()}>
        <span>Back</span>
        <kbd className={props.hasKeyCaps ? '' : css['unseen']}>Esc</kbd>
      </button>
      <AnswerButton
        name="send-panel"
        look={props.look}
        guard={props.guard}
        isDisabled={props.isDisabled}
        keyCap={props.chord}
        hasKeyCaps={props.hasKeyCaps}
        onAnswer={() => props.onSend()}
      >
        {props.words}
      </AnswerButton>
    </div>
  );
}
