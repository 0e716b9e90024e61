/**
 * What a key means on a card. Promises: a letter means something only on the card itself or one of its buttons, never
 * with a modifier, never repeated, never while a word is being composed; nothing high or critical is allowed without the
 * chord. Does not know the guard: that is asked besides.
 */

/** Where in the card the focus is. */
export type FocusPlace =
  /** The card itself. */
  | 'card'
  /** The button that does what the chord does: Allow once, or the one that sends a panel. */
  | 'chord-button'
  /** A choice of an open panel, or the panel itself. */
  | 'choice'
  /** Another of its buttons, or anything else in it that can be pressed. */
  | 'button'
  /** Where words are typed. */
  | 'field'
  /** Not in the card. */
  | 'outside';

export type CardPanel = 'answers' | 'reject' | 'allow' | 'edit';

export interface KeyPress {
  readonly key: string;
  readonly hasCtrlOrMeta: boolean;
  readonly hasAlt: boolean;
  readonly hasShift: boolean;
  readonly isRepeat: boolean;
  readonly isComposing: boolean;
}

export interface CardKeyState {
  readonly place: FocusPlace;
  readonly panel: CardPanel;
  /** High or critical: only the chord allows. */
  readonly needsChord: boolean;
  /** Something wider than once can be chosen. */
  readonly hasScopes: boolean;
  /** Its text can be changed. */
  readonly isEditable: boolean;
  /** It waits, and the engine can be reached. */
  readonly isOpen: boolean;
  /** The person has not turned single letters off. */
  readonly hasLetterKeys: boolean;
}

export type CardAction =
  | 'reject'
  | 'open-reject'
  | 'allow-once'
  | 'open-allow'
  | 'open-edit'
  | 'send-panel'
  | 'toggle-evidence'
  | 'back'
  | 'leave';

/**
 * True for a key that words typed ahead are made of, and for all that answers: at a closed guard it does nothing, and
 * keeps it closed. Not so what only moves: Esc, Tab, arrows, modifiers by themselves, and the key that goes to a card.
 */
export function isTyped(press: KeyPress, place: FocusPlace): boolean {
  const isChord = press.hasCtrlOrMeta && press.key === 'Enter';
  if (place === 'outside' || isChord) return place !== 'outside';
  // there it is written down
  if (place === 'field') return false;
  // the button that has the focus is pressed, and none that answers is meant: see `readCardKey`
  if ((press.key === 'Enter' || press.key === ' ') && (place === 'button' || place === 'choice'))
    return false;
  if (press.hasCtrlOrMeta && press.key.toLowerCase() === 'j') return false;
  return press.isComposing || press.key.length === 1 || TYPED_KEYS.includes(press.key);
}

/** Of the keys with a name. */
const TYPED_KEYS: readonly string[] = ['Enter', 'Backspace', 'Delete', 'Unidentified'];

/** What this key does here; `undefined`: nothing. */
export function actionOfKey(press: KeyPress, card: CardKeyState): CardAction | undefined {
  if (card.place === 'outside' || press.isRepeat || press.isComposing) return undefined;
  if (press.hasAlt || press.hasShift) return undefined;
  if (press.hasCtrlOrMeta) return press.key === 'Enter' ? actionOfChord(card) : undefined;
  if (press.key === 'Escape') return card.panel === 'answers' ? 'leave' : 'back';
  if (card.place === 'field' || !card.hasLetterKeys) return undefined;
  return actionOfLetter(press.key.toLowerCase(), card);
}

/** With the focus on some other button the chord would be two things at once: it is none. */
function actionOfChord(card: CardKeyState): CardAction | undefined {
  if (!card.isOpen || card.place === 'button') return undefined;
  if (card.panel !== 'answers') return 'send-panel';
  return card.place === 'field' ? undefined : 'allow-once';
}

function actionOfLetter(key: string, card: CardKeyState): CardAction | undefined {
  if (key === 'e') return 'toggle-evidence';
  if (card.panel !== 'answers' || !card.isOpen) return undefined;
  switch (key) {
    case 'r':
      return 'reject';
    case 'f':
      return 'open-reject';
    case 'a':
      return card.needsChord ? undefined : 'allow-once';
    case 's':
      return card.hasScopes ? 'open-allow' : undefined;
    case 't':
      return card.isEditable ? 'open-edit' : undefined;
    default:
      return undefined;
  }
}

/** Letters that belong to a card with focus, whether they do something just now or not: nobody else may act on them. */
export function isLetterOfCard(key: string): boolean {
  return ['r', 'f', 'a', 's', 't', 'e'].includes(key.toLowerCase());
}
