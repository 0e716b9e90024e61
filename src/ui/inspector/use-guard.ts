import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePage } from '../local/index.ts';
import {
  CLOSED_GUARD,
  closeGuard,
  countsPress,
  type Guard,
  hasMoved,
  opensAt,
  type Place,
  type Press,
  startWaiting,
  takeTyped,
} from './guard.ts';

/** How often the place of the card is looked at, in ms; a press looks by itself. */
const LOOK_EVERY_MS = 100;

export interface CardGuard {
  /** A change is being read: for the eye only, `counts` decides. */
  readonly isWaiting: boolean;
  /** A key came too early, and it is still so: for the eye only. */
  readonly isTooEarly: boolean;
  /** A key or button goes down at `atMs` of the clock of events. */
  begin(atMs: number): Press;
  /** True when what began then counts now. */
  counts(press: Press | undefined): boolean;
  /** A key is typed at `atMs`. True when that is too early: it does nothing, and the guard stays closed for longer. */
  isTypedAhead(atMs: number): boolean;
}

function placesOf(elements: readonly (Element | null)[]): (Place | undefined)[] {
  return elements.map((element) => element?.getBoundingClientRect());
}

function haveMoved(before: readonly (Place | undefined)[], now: readonly (Place | undefined)[]): boolean {
  return now.some((place, index) => {
    const old = before[index];
    return place === undefined ? old !== undefined : hasMoved(old, place);
  });
}

/** What is seen of a guard; `showOpening` follows it once it is known when it opens. */
function useGuardLook(guard: RefObject<Guard>) {
  const { host } = usePage();
  const [isWaiting, setWaiting] = useState(true);
  const [isTooEarly, setTooEarly] = useState(false);
  const stopTimer = useRef<() => void>(undefined);
  const showOpening = useCallback(() => {
    stopTimer.current?.();
    const restMs = opensAt(guard.current) - performance.now();
    // not painted yet: that calls again
    if (restMs === Number.POSITIVE_INFINITY) return;
    stopTimer.current = host.after(Math.max(0, restMs), () => {
      // closed again meanwhile: what closed it calls again
      if (opensAt(guard.current) === Number.POSITIVE_INFINITY) return;
      setWaiting(false);
      setTooEarly(false);
    });
  }, [guard, host]);
  useEffect(() => () => stopTimer.current?.(), []);
  return { isWaiting, isTooEarly, setWaiting, setTooEarly, showOpening };
}

/**
 * Guards a card: closed when it appears, when `content` changes, when it or its answers move on the screen, and when the
 * window comes back. It opens 400 ms after that was painted, and not
 * before nobody typed at it for 1,000 ms once somebody typed too early.
 */
export function useGuard(
  card: RefObject<HTMLElement | null>,
  answers: RefObject<HTMLElement | null>,
  content: string,
): CardGuard {
  const { host, live } = usePage();
  const guard = useRef<Guard>(CLOSED_GUARD);
  const places = useRef<readonly (Place | undefined)[]>([]);
  const { isWaiting, isTooEarly, setWaiting, setTooEarly, showOpening } = useGuardLook(guard);

  const close = useCallback(() => {
    guard.current = closeGuard(guard.current);
    const { epoch } = guard.current;
    setWaiting(true);
    // the first frame paints the change, the second one comes after that
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        guard.current = startWaiting(guard.current, epoch, performance.now());
        showOpening();
      }),
    );
  }, [setWaiting, showOpening]);

  const look = useCallback(() => {
    const now = placesOf([card.current, answers.current]);
    if (!haveMoved(places.current, now)) return;
    places.current = now;
    close();
  }, [card, answers, close]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown has changed, that is all this is about
  useLayoutEffect(() => {
    places.current = placesOf([card.current, answers.current]);
    close();
  }, [content, close, card, answers]);

  useEffect(() => {
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') close();
    };
    const stopLooking = host.every(LOOK_EVERY_MS, look);
    const sizes = new ResizeObserver(look);
    for (const element of [card.current, answers.current]) if (element !== null) sizes.observe(element);
    // asked of the store itself: a connection that is back at once is never drawn as lost
    const stopFollowing = live.subscribe((now, before) => {
      if (now.connection.state !== before.connection.state) close();
    });
    window.addEventListener('focus', close);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      stopLooking();
      sizes.disconnect();
      stopFollowing();
      window.removeEventListener('focus', close);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [host, live, look, close, card, answers]);

  return useMemo(
    () => ({
      isWaiting,
      isTooEarly,
      begin: (atMs) => {
        look();
        return { epoch: guard.current.epoch, atMs };
      },
      counts: (press) => {
        look();
        return countsPress(guard.current, press);
      },
      isTypedAhead: (atMs) => {
        look();
        const before = guard.current;
        guard.current = takeTyped(before, atMs);
        if (guard.current === before) return false;
        setWaiting(true);
        setTooEarly(true);
        showOpening();
        return true;
      },
    }),
    [isWaiting, isTooEarly, look, setWaiting, setTooEarly, showOpening],
  );
}
