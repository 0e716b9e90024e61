import {
  type FocusEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { ApprovalId } from '../../protocol/index.ts';
import { useLocal, usePage } from '../local/index.ts';

export interface CardFocus {
  readonly hasFocus: boolean;
  onFocus(event: FocusEvent): void;
  onBlur(event: FocusEvent): void;
  /** To the card itself, where it is in the card already. */
  keep(): void;
  /** Back to where it was before it came to the card. */
  leave(): void;
}

function isIn(card: HTMLElement | null, target: EventTarget | null): boolean {
  return card !== null && target instanceof Node && card.contains(target);
}

/**
 * The focus of a card: taken only when the person asked for it, kept when the button that had it goes away, and given back
 * to where it came from.
 */
export function useCardFocus(card: RefObject<HTMLElement | null>, approvalId: ApprovalId): CardFocus {
  const { local } = usePage();
  const isWanted = useLocal((ui) => ui.cardFocusWanted === approvalId);
  const [hasFocus, setFocus] = useState(false);
  const isWithin = useRef(false);
  const cameFrom = useRef<HTMLElement | undefined>(undefined);

  useEffect(() => {
    const { current } = card;
    // one that is out of sight leaves the wish to the one that is in sight
    if (!isWanted || current === null || current.getClientRects().length === 0) return;
    local.setState({ cardFocusWanted: undefined });
    if (!isIn(current, document.activeElement)) current.focus({ preventScroll: true });
  }, [isWanted, card, local]);

  // no list of what it depends on: any change may take away the button that has the focus
  useLayoutEffect(() => {
    if (!isWithin.current) return;
    const { activeElement } = document;
    const isGone = activeElement === null || activeElement === document.body;
    const isOff = isIn(card.current, activeElement) && activeElement?.matches(':disabled') === true;
    if (isGone || isOff) card.current?.focus({ preventScroll: true });
  });

  // one column more or less: the card goes away here, is still the open one, and stands there anew
  useLayoutEffect(
    () => () => {
      if (!isWithin.current || local.getState().openApprovalId !== approvalId) return;
      local.setState({ cardFocusWanted: approvalId });
    },
    [local, approvalId],
  );

  const onFocus = useCallback(
    (event: FocusEvent) => {
      if (!isIn(card.current, event.relatedTarget)) {
        cameFrom.current = event.relatedTarget instanceof HTMLElement ? event.relatedTarget : undefined;
      }
      isWithin.current = true;
      setFocus(true);
    },
    [card],
  );
  const onBlur = useCallback(
    (event: FocusEvent) => {
      if (isIn(card.current, event.relatedTarget)) return;
      isWithin.current = false;
      setFocus(false);
    },
    [card],
  );
  const keep = useCallback(() => {
    if (isIn(card.current, document.activeElement)) card.current?.focus({ preventScroll: true });
  }, [card]);
  const leave = useCallback(() => {
    const back = cameFrom.current;
    if (back?.isConnected === true) back.focus();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);
  return { hasFocus, onFocus, onBlur, keep, leave };
}
