import { type RefObject, useEffect, useRef } from 'react';
import { useLocal, writeRoute } from '../local/index.ts';

/**
 * After a person went to another screen, its heading has the focus, so that keys and screen readers are there. A screen
 * that the page chose by itself, and a card that a person asked for, are left alone.
 */
export function useScreenFocus(frame: RefObject<HTMLElement | null>, isNarrow: boolean): void {
  const route = useLocal((ui) => ui.route);
  // as it was when the screen changed: the card takes the wish back as soon as it is there
  const wanted = useLocal((ui) => ui.cardFocusWanted);
  // beside its list a card is no screen of its own
  const screen =
    isNarrow || !('approvalId' in route)
      ? writeRoute(route)
      : writeRoute({ ...route, approvalId: undefined });
  const before = useRef({ screen, isNarrow });
  useEffect(() => {
    const { screen: left, isNarrow: wasNarrow } = before.current;
    before.current = { screen, isNarrow };
    const isResize = wasNarrow !== isNarrow;
    if (left === screen || left === '#/' || isResize) return;
    if (wanted !== undefined || isOnRow(frame.current)) return;
    focusHeading(frame.current);
  }, [frame, screen, isNarrow, wanted]);
}

/** A list that was come back to has given the focus to the row that was left. */
function isOnRow(frame: HTMLElement | null): boolean {
  const { activeElement } = document;
  return frame?.contains(activeElement) === true && activeElement?.closest('[role="row"]') != null;
}

/** Moves the focus to the heading of the screen, or to its main part where there is none. */
export function focusHeading(frame: HTMLElement | null): void {
  const target = frame?.querySelector<HTMLElement>('main h1') ?? frame?.querySelector<HTMLElement>('main');
  if (target === null || target === undefined) return;
  target.tabIndex = -1;
  target.focus();
}
