import { type ReactNode, useId, useRef } from 'react';
import type { ApprovalId } from '../../protocol/index.ts';
import css from './card.module.css';
import { CardBody, outcomeOf } from './card-body.tsx';
import { CardDock } from './card-dock.tsx';
import { ScrollMore } from './scroll-more.tsx';
import { type Card, useCard } from './use-card.ts';

/** Where a card stands: in the right pane, in a window of its own, or as a page of a narrow window. */
export type CardVariant = 'inspector' | 'popover' | 'page';

function classOf(variant: CardVariant, card: Card): string {
  const isOpen = card.question.isOpen && outcomeOf(card) === undefined;
  const isChanged = isOpen && card.guard.isWaiting && card.before !== undefined;
  return [
    css['card'],
    css[variant],
    card.focus.hasFocus ? css['focused'] : '',
    isChanged ? css['changed'] : '',
  ].join(' ');
}

/** What stands there of a question that nobody knows, or that is still being fetched. */
function NoQuestion(props: { readonly approvalId: ApprovalId; readonly isLoading: boolean }): ReactNode {
  return (
    <p className={css['empty']}>
      {props.isLoading ? 'Opening' : 'The engine does not know'} <code>{props.approvalId}</code>
      {props.isLoading ? '…' : '.'}
    </p>
  );
}

function OpenCard(props: { readonly approvalId: ApprovalId; readonly variant: CardVariant }): ReactNode {
  const { approvalId, variant } = props;
  const section = useRef<HTMLElement>(null);
  const dock = useRef<HTMLDivElement>(null);
  const sentenceId = useId();
  const card = useCard(approvalId, section, dock);
  const { approval, isOpen, isLoading } = card.question;
  const hasAnswers = isOpen && outcomeOf(card) === undefined;
  return (
    <section
      ref={section}
      className={classOf(variant, card)}
      aria-labelledby={sentenceId}
      data-approval={approvalId}
      data-digest={approval?.digest}
      data-state={hasAnswers ? 'open' : 'closed'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys answer only when the card itself has the focus
      tabIndex={0}
      onFocus={card.focus.onFocus}
      onBlur={card.focus.onBlur}
      onKeyDownCapture={card.onKeyDown}
    >
      <ScrollMore>
        {approval === undefined ? (
          <NoQuestion approvalId={approvalId} isLoading={isLoading} />
        ) : (
          <CardBody card={card} approval={approval} sentenceId={sentenceId} />
        )}
      </ScrollMore>
      {hasAnswers && <CardDock card={card} dock={dock} />}
    </section>
  );
}

/**
 * A question with its answers. One answer is sent, for exactly what is shown, by a press or key that began when the card
 * had stood still in sight for 400 ms; see `guard.ts` and `card-keys.ts`.
 */
export function ApprovalCard(props: {
  readonly approvalId: ApprovalId;
  readonly variant: CardVariant;
}): ReactNode {
  // another question is another card: nothing of the one before is kept
  return <OpenCard key={props.approvalId} {...props} />;
}
