import type { ReactNode, RefObject } from 'react';
import { plainScope } from '../../protocol/index.ts';
import { useLocal, usePage } from '../local/index.ts';
import { Kbd, SafeText } from '../marks/index.ts';
import { AllowPanel } from './allow-panel.tsx';
import css from './answers.module.css';
import { CardAnswers } from './card-answers.tsx';
import { EditPanel } from './edit-panel.tsx';
import { RejectPanel } from './reject-panel.tsx';
import type { Card } from './use-card.ts';

const SENDING = { allowed: 'Allowing…', rejected: 'Rejecting…', edited: 'Sending the text…' };
const SENT = { allowed: 'Allowed.', rejected: 'Rejected.', edited: 'The text is being judged.' };

/** What is said below the answers, for as long as it is so. */
function dockNews(card: Card): ReactNode {
  const { sending } = card.answer;
  if (!card.isConnected) return 'Answers wait for the engine. Nothing is kept for later.';
  switch (sending.state) {
    case 'sending':
      return SENDING[sending.answer.outcome];
    case 'accepted':
      return SENT[sending.answer.outcome];
    case 'failed':
      return (
        <span className={css['problem']}>
          Not answered. <SafeText text={sending.message} maxChars={1000} />
        </span>
      );
    case 'late':
      return `It was ${sending.outcome} before this answer came.`;
    case 'changed':
      return 'This question has changed. Read it again.';
    case 'none':
      if (card.answer.isBusy) return 'An answer is on its way.';
      return card.before === undefined ? undefined : 'This question has changed. Read it again.';
  }
}

const TOO_EARLY = 'Too early: the card had just changed. Try again.';

/** All lines stand in one place: taking the focus, or a key that came too early, must not move the answers. */
function FocusHint(props: {
  readonly hasFocus: boolean;
  readonly isTooEarly: boolean;
  readonly chord: string;
  readonly hasPanel: boolean;
}): ReactNode {
  const { hasFocus, isTooEarly, chord } = props;
  const isOnCard = hasFocus && !isTooEarly;
  const isBeside = !hasFocus && !isTooEarly;
  return (
    <div className={css['hints']}>
      <p className={isOnCard ? '' : css['unseen']} aria-hidden={!isOnCard}>
        <Kbd>Esc</Kbd>{' '}
        {props.hasPanel ? 'goes back. Nothing is sent by it.' : 'leaves it open. Waiting never allows.'}
      </p>
      <p className={isBeside ? '' : css['unseen']} aria-hidden={!isBeside}>
        <Kbd>⏎</Kbd> on its row or <Kbd>{chord}</Kbd>, then keys answer.
      </p>
      <p className={isTooEarly ? css['early'] : css['unseen']} data-early={isTooEarly} aria-hidden="true">
        {TOO_EARLY}
      </p>
      <span className="visually-hidden" role="status">
        {isTooEarly && TOO_EARLY}
      </span>
    </div>
  );
}

/** The answers, or the panel that stands in their place; always in sight. */
export function CardDock(props: {
  readonly card: Card;
  readonly dock: RefObject<HTMLDivElement | null>;
}): ReactNode {
  const { card, dock } = props;
  const { draft, guard, isDisabled, focus, run } = card;
  const isMac = usePage().host.platform === 'mac';
  const hasLetterKeys = useLocal((ui) => ui.hasLetterKeys);
  const { approval } = card.question;
  if (approval === undefined) return null;
  const isCritical = approval.risk?.level === 'critical';
  const news = dockNews(card);
  const isTooEarly = guard.isTooEarly && !isDisabled;
  const isRearmed = isTooEarly || (guard.isWaiting && card.before !== undefined && !isDisabled);
  const panel = {
    approval,
    guard,
    isDisabled,
    hasKeyCaps: focus.hasFocus,
    chord: isMac ? '⌘⏎' : 'Ctrl+⏎',
    onSend: () => run('send-panel'),
    onBack: () => run('back'),
  };
  return (
    <div ref={dock} className={`${css['dock']} ${isRearmed ? css['rearmed'] : ''}`} data-panel={draft.panel}>
      {draft.panel === 'reject' && <RejectPanel {...panel} words={draft.words} onChange={draft.write} />}
      {draft.panel === 'allow' && (
        <AllowPanel
          {...panel}
          isDisabled={isDisabled || card.isNothing}
          choice={draft.choice}
          onChange={draft.choose}
        />
      )}
      {draft.panel === 'edit' && <EditPanel {...panel} text={draft.text} onChange={draft.edit} />}
      {draft.panel === 'answers' && (
        <CardAnswers
          {...panel}
          plain={plainScope(approval)}
          needsChord={card.needsChord}
          isOnceOnly={card.isOnceOnly}
          isEditable={card.isEditable}
          isNothing={card.isNothing}
          hasLetterKeys={hasLetterKeys}
          onAction={run}
        />
      )}
      {isCritical && card.isConnected && (
        <p className={css['hint']}>Critical: no single-key allow, and never for longer than once.</p>
      )}
      <p className={css['news']} role="status">
        {news}
      </p>
      {card.isConnected && (
        <FocusHint
          hasFocus={focus.hasFocus}
          isTooEarly={isTooEarly}
          hasPanel={draft.panel !== 'answers'}
          chord={isMac ? '⌘J' : 'Ctrl+J'}
        />
      )}
    </div>
  );
}
