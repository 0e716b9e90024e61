import { isPlainKey, type KeyPress } from '../local/index.ts';

/** What a key asks of the timeline. */
export type TimelineWish =
  | { readonly wish: 'move'; readonly by: 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last' }
  | { readonly wish: 'open' }
  | {
      readonly wish: 'find';
      readonly what: 'waiting' | 'approval';
      readonly direction: 'forward' | 'backward';
    }
  | { readonly wish: 'follow' }
  | { readonly wish: 'query' };

type Press = KeyPress & { readonly shiftKey: boolean };

const MOVES: Readonly<Record<string, TimelineWish>> = {
  ArrowUp: { wish: 'move', by: 'up' },
  ArrowDown: { wish: 'move', by: 'down' },
  PageUp: { wish: 'move', by: 'page-up' },
  PageDown: { wish: 'move', by: 'page-down' },
  Home: { wish: 'move', by: 'first' },
  End: { wish: 'move', by: 'last' },
  Enter: { wish: 'open' },
};

const LETTERS: Readonly<Record<string, TimelineWish>> = {
  n: { wish: 'find', what: 'waiting', direction: 'forward' },
  N: { wish: 'find', what: 'waiting', direction: 'backward' },
  '[': { wish: 'find', what: 'approval', direction: 'backward' },
  ']': { wish: 'find', what: 'approval', direction: 'forward' },
  f: { wish: 'follow' },
  '/': { wish: 'query' },
};

/** A key that moves among the rows; only while the rows have the focus. */
export function wishOfMove(press: Press): TimelineWish | undefined {
  return isPlainKey(press) && !press.shiftKey && Object.hasOwn(MOVES, press.key)
    ? MOVES[press.key]
    : undefined;
}

/** A single character; never while one types. With Caps Lock, `N` without Shift is `n`. */
export function wishOfLetter(press: Press): TimelineWish | undefined {
  if (!isPlainKey(press)) return undefined;
  const { key, shiftKey } = press;
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  const name = isLetter ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  return Object.hasOwn(LETTERS, name) ? LETTERS[name] : undefined;
}

/** The position that a move leads to, among `total` rows; `pageRows` fit into the view. */
export function positionAfter(
  by: Extract<TimelineWish, { wish: 'move' }>['by'],
  from: number | undefined,
  { total, pageRows }: { readonly total: number; readonly pageRows: number },
): number {
  const last = total - 1;
  // nothing is selected yet: begin at the end, where the news are
  if (from === undefined) return by === 'first' ? 0 : last;
  const step = { up: -1, down: 1, 'page-up': -pageRows, 'page-down': pageRows, first: -total, last: total }[
    by
  ];
  return Math.min(last, Math.max(0, from + step));
}
