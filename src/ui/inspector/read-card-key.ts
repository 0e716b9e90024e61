import type { KeyboardEvent } from 'react';
import {
  actionOfKey,
  type CardAction,
  type CardKeyState,
  type FocusPlace,
  isLetterOfCard,
  isTyped,
  type KeyPress,
} from './card-keys.ts';

function placeOf(card: HTMLElement | null, target: EventTarget | null): FocusPlace {
  if (!(target instanceof Element) || card === null || !card.contains(target)) return 'outside';
  // its scrolling part is the card too: a press on the text leads there
  if (target === card || target.matches('[data-card-part]')) return 'card';
  const isWriting = target.matches(
    'textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio])',
  );
  if (isWriting) return 'field';
  const answer = target.closest('[data-answer]')?.getAttribute('data-answer');
  if (answer === 'allow-once' || answer === 'send-panel') return 'chord-button';
  return target.closest('[data-choice]') === null ? 'button' : 'choice';
}

/** What Enter or Space does on a button that answers; other keys and other buttons: `undefined`. */
function actionOfButton(event: KeyboardEvent, names: readonly CardAction[]): CardAction | undefined {
  if (event.key !== 'Enter' && event.key !== ' ') return undefined;
  const name = event.target instanceof Element ? event.target.getAttribute('data-answer') : null;
  return names.find((action) => action === name);
}

const ANSWERS: readonly CardAction[] = [
  'reject',
  'open-reject',
  'allow-once',
  'open-allow',
  'open-edit',
  'send-panel',
];

function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.key === 'Process' || event.key === 'Dead';
}

/** A key on a card: what it does, if anything, and whether it belongs to the card even when it does nothing. */
export interface CardKey {
  readonly action: CardAction | undefined;
  readonly isOurs: boolean;
  /** At a closed guard it does nothing, and keeps it closed. */
  readonly isTyped: boolean;
}

function pressOf(event: KeyboardEvent): KeyPress {
  return {
    key: event.key,
    hasCtrlOrMeta: event.ctrlKey || event.metaKey,
    hasAlt: event.altKey,
    hasShift: event.shiftKey,
    isRepeat: event.repeat,
    isComposing: isComposing(event),
  };
}

/** The one thing that a key does on this card just now. */
export function readCardKey(
  event: KeyboardEvent,
  card: HTMLElement | null,
  context: Omit<CardKeyState, 'place'>,
): CardKey {
  const place = placeOf(card, event.target);
  const press = pressOf(event);
  const isPlain = !press.hasCtrlOrMeta && !event.altKey && !event.shiftKey;
  const onButton = actionOfButton(event, ANSWERS);
  if (onButton !== undefined && isPlain) {
    const isAllowing = onButton === 'allow-once' || (onButton === 'send-panel' && context.panel === 'allow');
    const counts = !press.isRepeat && !press.isComposing && !(isAllowing && context.needsChord);
    return { action: counts && context.isOpen ? onButton : undefined, isOurs: true, isTyped: true };
  }
  const action = actionOfKey(press, { ...context, place });
  const isOurLetter = isPlain && place !== 'field' && place !== 'outside' && isLetterOfCard(event.key);
  const isOurs = action !== undefined || onButton !== undefined || isOurLetter;
  return { action, isOurs, isTyped: onButton !== undefined || isTyped(press, place) };
}
