import { useEffect, useState } from 'react';
import { GUARD_MS } from '../inspector/index.ts';
import { usePage } from '../local/index.ts';

/**
 * True once what appeared with this has stood in sight as long as a card has to before it is answered: the second press
 * of a double one must not fall on an answer that has just come below the pointer.
 */
export function useStood(): boolean {
  const { host } = usePage();
  const [hasStood, setHasStood] = useState(false);
  useEffect(() => {
    let stop: (() => void) | undefined;
    // the first frame paints it, the second one comes after that
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        stop = host.after(GUARD_MS, () => setHasStood(true));
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      stop?.();
    };
  }, [host]);
  return hasStood;
}
