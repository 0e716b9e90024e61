/** The containment suite against the real wall, as each user; and without one, to show that its payloads bite. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CaseResult, isBad, listCases } from '../../src/cli/escape-test/index.ts';
import { listTestUsers } from '../support/as-user.ts';
import { runEscapes } from '../support/escape-runs.ts';
import { listUnshown } from '../support/unshown-cases.ts';

const LIMIT_MS = 300_000;
const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux).each(isLinux ? listTestUsers() : [])('the wall as $name', (user) => {
  const cases = listCases({ isQuick: true });
  let results: ReadonlyMap<string, CaseResult> = new Map();

  beforeAll(async () => {
    results = await runEscapes(user, cases, true);
  }, LIMIT_MS);

  it('has enough cases of both kinds', () => {
    expect(cases.filter(({ kind }) => kind === 'containment').length).toBeGreaterThan(300);
    expect(cases.filter(({ kind }) => kind === 'work').length).toBeGreaterThan(40);
  });

  it.for(cases.map(({ id, title }) => ({ id, title })))('$id: $title', ({ id }, { skip }) => {
    const result = results.get(id);
    if (result?.verdict === 'skipped') skip(result.reason);
    expect(result).toBeDefined();
    expect(result === undefined || isBad(result.verdict) ? result : 'good').toBe('good');
  });
});

describe.skipIf(!isLinux)('the same payloads without a wall', () => {
  it(
    'get through, but for a few with reasons',
    async () => {
      const [user] = listTestUsers();
      if (user === undefined) throw new Error('No user to run as');
      const cases = listCases({ isQuick: true }).filter(({ kind }) => kind === 'containment');
      const results = await runEscapes(user, cases, false);
      const { unshown, share } = listUnshown(cases, results);
      process.stdout.write(`${unshown.join('\n')}\n`);
      const missing = cases.filter(({ id }) => !results.has(id)).map(({ id }) => id);
      expect(missing).toEqual([]);
      expect([...results.values()].filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      // An ordinary user is stopped by much without a wall too: what only root can do is counted for root only.
      expect(share).toBeGreaterThanOrEqual(0.85);
    },
    LIMIT_MS,
  );
});
