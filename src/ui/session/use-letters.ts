import { useEffect, useRef } from 'react';
import { isTyping, usePage } from '../local/index.ts';
import { type TimelineWish, wishOfLetter } from './timeline-keys.ts';

/** Marks the middle pane: letters act while nothing, or something in it, has the focus. */
export const PANE_ID = 'session-pane';

/** A single letter means something here: nothing has the focus, or something of this pane that takes no text. */
function mayAct(target: EventTarget | null): boolean {
  if (target === document.body) return true;
  return target instanceof Element && !isTyping(target) && target.closest(`#${PANE_ID}`) !== null;
}

/** Calls back for every single letter that asks for something; the answer tells whether it was taken. */
export function useLetters(act: (wish: TimelineWish) => boolean): void {
  const { local } = usePage();
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!local.getState().hasLetterKeys || !mayAct(event.target)) return;
      const wish = wishOfLetter(event);
      if (wish !== undefined && latest.current(wish)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [local]);
}
