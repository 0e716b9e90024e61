import { isPlainKey, isTyping, type KeyPress } from '../local/index.ts';

/** What a key does in the list. Nothing in it answers a request. */
export type InboxKey =
  | 'next'
  | 'previous'
  | 'open'
  | 'select'
  | 'range'
  | 'next-high'
  | 'group'
  | 'filter'
  | 'snooze'
  | 'pause';

const LETTERS: Readonly<Record<string, InboxKey>> = {
  j: 'next',
  k: 'previous',
  x: 'select',
  X: 'range',
  u: 'next-high',
  g: 'group',
  '/': 'filter',
  z: 'snooze',
  p: 'pause',
};
const NAMED: Readonly<Record<string, InboxKey>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'open',
  ' ': 'select',
};

/** The meaning of a key press in the inbox; `undefined`: none, the key is somebody else's. */
export function readInboxKey(
  press: KeyPress & { readonly target: EventTarget | null },
  options: { readonly hasLetterKeys: boolean; readonly isOnControl: boolean },
): InboxKey | undefined {
  if (!isPlainKey(press) || isTyping(press.target)) return undefined;
  const named = NAMED[press.key];
  // Enter, space and arrows belong to a button or a switch that has the focus
  if (named !== undefined) return options.isOnControl ? undefined : named;
  return options.hasLetterKeys ? LETTERS[press.key] : undefined;
}
