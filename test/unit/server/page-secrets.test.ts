import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLoginTokens, TOKEN_LIFE_MS } from '../../../src/server/login-tokens.ts';
import { createPageCookies } from '../../../src/server/page-cookies.ts';

const DAY_MS = 24 * 3600 * 1000;

describe('a token', () => {
  it('is good once, for ten minutes', () => {
    let now = 0;
    const tokens = createLoginTokens(() => now);
    const [first, second] = [tokens.issue(), tokens.issue()];
    expect(first).toMatch(/^[\w-]{43}$/);
    now = TOKEN_LIFE_MS - 1;
    expect([tokens.redeem(first), tokens.redeem(first)]).toEqual(['right', 'wrong']);
    now = TOKEN_LIFE_MS;
    expect(tokens.redeem(second)).toBe('wrong');
  });

  it('that somebody else has seen stays good for whom it was made', () => {
    const tokens = createLoginTokens(() => 0);
    const token = tokens.issue();
    let asked = 0;
    const isForeign = (): boolean => {
      asked += 1;
      return true;
    };
    expect([tokens.redeem('x', isForeign), asked]).toEqual(['wrong', 0]);
    expect([tokens.redeem(token, isForeign), asked]).toEqual(['foreign', 1]);
    expect(tokens.hasLive()).toBe(true);
    expect([tokens.redeem(token, () => false), tokens.redeem(token)]).toEqual(['right', 'wrong']);
  });

  it('is not looked at after five wrong ones, until a second has passed', () => {
    let now = 0;
    const tokens = createLoginTokens(() => now);
    const token = tokens.issue();
    for (let count = 0; count < 5; count += 1) expect(tokens.redeem('x')).toBe('wrong');
    expect(tokens.redeem(token)).toBe('too-many');
    now = 999;
    expect(tokens.redeem(token)).toBe('too-many');
    now = 1000;
    expect(tokens.redeem(token)).toBe('right');
  });
});

describe('a cookie', () => {
  const secret = randomBytes(32);
  it('is good for 30 days, at an engine with the same secret and name', () => {
    let now = 1_800_000_000_000;
    const [one, other] = [
      createPageCookies(secret, 'sp-a.localhost', () => now),
      createPageCookies(secret, 'sp-a.localhost', () => now),
    ];
    const value = one.issue();
    expect(one.issue()).not.toBe(value);
    expect(other.isGood(value)).toBe(true);
    now += 30 * DAY_MS;
    expect(other.isGood(value)).toBe(true);
    now += 1000;
    expect(other.isGood(value)).toBe(false);
    now -= 31 * DAY_MS;
    expect(other.isGood(value)).toBe(false);
  });

  it('of another secret, of another name, or changed anywhere is none', () => {
    const cookies = createPageCookies(secret, 'sp-a.localhost');
    const value = cookies.issue();
    expect(cookies.isGood(value)).toBe(true);
    expect(createPageCookies(randomBytes(32), 'sp-a.localhost').isGood(value)).toBe(false);
    expect(createPageCookies(secret, 'sp-b.localhost').isGood(value)).toBe(false);
    // the last character carries two bits that mean nothing
    for (let index = 0; index < value.length - 1; index += 1) {
      const letter = value[index] === 'A' ? 'B' : 'A';
      expect(cookies.isGood(`${value.slice(0, index)}${letter}${value.slice(index + 1)}`)).toBe(false);
    }
    for (const odd of ['', '..', `${value}.`, `${value} `, value.slice(1), 'a.1.b', `${value}\n`]) {
      expect(cookies.isGood(odd)).toBe(false);
    }
  });
});
