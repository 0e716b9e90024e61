import { describe, expect, test } from 'vitest';
import { killOften } from '../support/kill-rounds.ts';
import { makeRandom } from '../support/seeded-random.ts';

const ROUNDS = 200;

describe.skipIf(process.platform !== 'linux')('a busy engine that is killed (Linux)', () => {
  test(`${ROUNDS} times at random moments: nothing of it is left and the history is whole`, async () => {
    const done = await killOften(ROUNDS, makeRandom(4));
    expect(done.rounds.filter(({ left }) => left.length > 0)).toEqual([]);
    expect(done.rounds).toHaveLength(ROUNDS);
    expect(done.sessions).toBeGreaterThan(ROUNDS);
    const { findings, openSessions, sockets, groups } = done;
    expect({ findings, openSessions, sockets, groups }).toEqual({
      findings: [],
      openSessions: 0,
      sockets: [],
      groups: [],
    });
  }, 3_600_000);
});
