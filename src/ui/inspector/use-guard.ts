import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePage } from '../local/index.ts';
import {
  CLOSED_GUARD,
  closeGuard,
  countsPress,
  GUARD_MS,
  type Guard,
  hasMoved,
  type Place,
  type Press,
  startWaiting,
} from './guard.ts';

/** How often the place of the card is looked at, in ms; a press looks by itself. */
const LOOK_EVERY_MS = 100;

export interface CardGuard {
  /** A change is being read: for the eye only, `counts` decides. */
  readonly isWaiting: boolean;
  /** A key or button goes down at `atMs` of the clock of events. */
  begin(atMs: number): Press;
  /** True when what began then counts now. */
  counts(press: Press | undefined): boolean;
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

/**
 * Guards a card: closed when it appears, when `content` changes, when it or its answers move on the screen, and when the
 * window comes back. It opens 400 ms after that was painted.
 */
export function useGuard(
  card: RefObject<HTMLElement | null>,
  answers: RefObject<HTMLElement | null>,
  content: string,
): CardGuard {
  const { host, live } = usePage();
  const guard = useRef<Guard>(CLOSED_GUARD);
  const places = useRef<readonly (Place | undefined)[]>([]);
  const [isWaiting, setWaiting] = useState(true);

  const close = useCallback(() => {
    guard.current = closeGuard(guard.current);
    const { epoch } = guard.current;
    setWaiting(true);
    // the first frame paints the change, the second one comes after that
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        guard.current = startWaiting(guard.current, epoch, performance.now());
        host.after(GUARD_MS, () => {
          if (guard.current.epoch === epoch) setWaiting(false);
        });
      }),
    );
  }, [host]);

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
      begin: (atMs) => {
        look();
        return { epoch: guard.current.epoch, atMs };
      },
      counts: (press) => {
        look();
        return countsPress(guard.current, press);
      },
    }),
    [isWaiting, look],
  );
}
