/**
 * The cookies that pages show instead of a token after their login: an id, the time, and a signature over both.
 *
 * Promises: nobody makes one without the secret, none is good for longer than 30 days, and one made for another host
 * name is not good here. Because nothing but the secret is kept, a page that stayed open is still known to an engine
 * that was started anew. Does not promise that a single page can be shut out: to do that, end the engine and remove
 * `web.json`, and every page needs a new token.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const COOKIE_NAME = 'sallyport';

const ID_BYTES = 16;
const SECOND_MS = 1000;
const MAX_AGE_SECONDS = 30 * 24 * 3600;
/** The clock may have been set back a little between two starts. */
const MAX_FUTURE_SECONDS = 300;
const FORM = /^([A-Za-z0-9_-]{22})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})$/;

export interface PageCookies {
  /** A new value. */
  issue(): string;
  isGood(value: string): boolean;
}

/** `secret` is at least 32 random bytes; `now` in ms since the epoch. */
export function createPageCookies(
  secret: Buffer,
  hostName: string,
  now: () => number = Date.now,
): PageCookies {
  const seconds = (): number => Math.floor(now() / SECOND_MS);
  const sign = (id: string, issued: string): Buffer =>
    createHmac('sha256', secret).update(`sallyport page\n${hostName}\n${id}\n${issued}`).digest();
  return {
    issue: () => {
      const id = randomBytes(ID_BYTES).toString('base64url');
      const issued = String(seconds());
      return `${id}.${issued}.${sign(id, issued).toString('base64url')}`;
    },
    isGood: (value) => {
      const [, id = '', issued = '', signature = ''] = FORM.exec(value) ?? [];
      const shown = Buffer.from(signature, 'base64url');
      const right = sign(id, issued);
      if (shown.length !== right.length || !timingSafeEqual(shown, right)) return false;
      const age = seconds() - Number(issued);
      return age <= MAX_AGE_SECONDS && age >= -MAX_FUTURE_SECONDS;
    },
  };
}
