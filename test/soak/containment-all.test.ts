/** Every case of the containment suite, the slow ones too, as each user; and every payload without a wall. */
import { describe, expect, it } from 'vitest';
import { isBad, listCases } from '../../src/cli/escape-test/index.ts';
import { listTestUsers } from '../support/as-user.ts';
import { runEscapes } from '../support/escape-runs.ts';
import { listUnshown } from '../support/unshown-cases.ts';

const LIMIT_MS = 1_200_000;
const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux).each(isLinux ? listTestUsers() : [])('the whole suite as $name', (user) => {
  it(
    'is contained, and works',
    async () => {
      const cases = listCases();
      const results = await runEscapes(user, cases, true);
      expect(results.size).toBe(cases.length);
      expect([...results.values()].filter(({ verdict }) => isBad(verdict))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'bites without a wall',
    async () => {
      const cases = listCases().filter(({ kind }) => kind === 'containment');
      const { unshown, share } = listUnshown(cases, await runEscapes(user, cases, false), user.uid === 0);
      process.stdout.write(
        `${user.name}: ${Math.round(share * 100)} % shown; the rest:\n${unshown.join('\n')}\n`,
      );
      expect(share).toBeGreaterThanOrEqual(0.85);
    },
    LIMIT_MS,
  );
});
