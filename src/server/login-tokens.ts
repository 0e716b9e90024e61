/**
 * The one-time tokens in the addresses that are printed.
 *
 * Promises: a token is good for one login within ten minutes, five of them are live at most (a new one puts an end to
 * the oldest), and how long a comparison takes says nothing about any of them. Does not promise who uses it: whoever
 * reads the address first, as from a screen or from the command line of the browser that was started with it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
const MAX_LIVE = 5;
const MAX_WRONG_PER_SECOND = 5;
const SECOND_MS = 1000;
/** How long a token is good for. */
export const TOKEN_LIFE_MS = 10 * 60_000;

/** `foreign`: it is good, but not for whoever came with it. */
export type RedeemOutcome = 'right' | 'wrong' | 'foreign' | 'too-many';

export interface LoginTokens {
  issue(): string;
  /**
   * Uses a token up. After a few wrong ones within a second none is looked at any more for that second. `isForeign` is
   * asked of a good one alone, which stays good where it says yes: who has only seen it does not take it away.
   */
  redeem(token: string, isForeign?: () => boolean): RedeemOutcome;
  /** Somebody may still come with one. */
  hasLive(): boolean;
}

/** `now` in ms; a clock that never goes back is best. */
export function createLoginTokens(now: () => number = () => performance.now()): LoginTokens {
  let live: { readonly digest: Buffer; readonly until: number }[] = [];
  let wrongAt: number[] = [];
  const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
  return {
    issue: () => {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      live = [...live, { digest: digestOf(token), until: now() + TOKEN_LIFE_MS }].slice(-MAX_LIVE);
      return token;
    },
    redeem: (token, isForeign = () => false) => {
      const time = now();
      wrongAt = wrongAt.filter((at) => time - at < SECOND_MS);
      if (wrongAt.length >= MAX_WRONG_PER_SECOND) return 'too-many';
      const digest = digestOf(token);
      // all are compared, also behind the one that fits
      const fitting = live.filter((entry) => timingSafeEqual(entry.digest, digest));
      const isGood = fitting.some((entry) => entry.until > time);
      const outcome = !isGood ? 'wrong' : isForeign() ? 'foreign' : 'right';
      live = live.filter((entry) => entry.until > time && !(outcome === 'right' && fitting.includes(entry)));
      if (outcome !== 'right') wrongAt.push(time);
      return outcome;
    },
    hasLive: () => live.some((entry) => entry.until > now()),
  };
}
