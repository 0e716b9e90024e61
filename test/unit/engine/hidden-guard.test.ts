import { describe, expect, test } from 'vitest';
import { type Exposed, HiddenGuard } from '../../../src/engine/sandbox/hidden-guard.ts';
import type { GuardEvent, GuardedName } from '../../../src/engine/sandbox/holder.ts';
import type { GrantOutcome } from '../../../src/engine/sandbox/sandbox.ts';

const GRANTED: GrantOutcome = { kind: 'granted' };

/** A holder that writes down what it is told. */
function makeGuard(names: () => readonly GuardedName[], answer: () => GrantOutcome = () => GRANTED) {
  const lists: string[][] = [];
  const exposed: Exposed[] = [];
  let looks = 0;
  let listener: (event: GuardEvent) => void = () => undefined;
  const late = { namesToGuard: () => [...names()], lookForNew: () => void looks++ };
  const guard = new HiddenGuard(
    {
      guard: async (list) => {
        lists.push(list.map(({ path }) => path));
        return answer();
      },
      enter: async () => answer(),
      leave: async () => GRANTED,
      listen: (heard) => {
        listener = heard;
      },
    },
    late,
    (found) => exposed.push(found),
  );
  return { guard, lists, exposed, looks: () => looks, say: (event: GuardEvent) => listener(event) };
}

const named = (...paths: readonly string[]): GuardedName[] =>
  paths.map((path) => ({ path, hasNear: false, isInner: false }));

describe('HiddenGuard', () => {
  test('tells the names once, and again when they are others', async () => {
    let names = named('/h/.netrc');
    const { guard, lists } = makeGuard(() => names);
    await guard.update();
    await guard.update();
    names = named('/h/.netrc', '/h/.npmrc');
    await guard.follow(Promise.resolve());
    expect(lists).toEqual([['/h/.netrc'], ['/h/.netrc', '/h/.npmrc']]);
  });

  test('a change looks for new secrets and is answered by the names, also by the same', async () => {
    const { guard, lists, looks, say } = makeGuard(() => named('/h/.netrc'));
    await guard.update();
    say({ kind: 'changed' });
    await guard.update();
    expect([lists.length, looks()]).toEqual([2, 1]);
  });

  test('what cannot be watched is a note that names the first, until it can', async () => {
    let names = named('/h/.netrc', '/h/.npmrc');
    const { guard, say } = makeGuard(() => names);
    await guard.update();
    expect(guard.notes()).toEqual([]);
    say({ kind: 'unwatched', path: '/h/.netrc', errno: 'ENOSPC' });
    say({ kind: 'unwatched', path: '/h/.npmrc', errno: 'ENOSPC' });
    expect(guard.notes().join()).toContain(
      '/h/.netrc and 1 others that are hidden cannot be watched (ENOSPC)',
    );
    names = named('/h/.npmrc');
    await guard.update();
    expect(guard.notes()).toEqual([]);
  });

  test('a guard that does not take the names leaves all of them unwatched', async () => {
    const { guard } = makeGuard(
      () => named('/h/.netrc'),
      () => ({ kind: 'failed', step: 'guard', errno: 'EMSGSIZE' }),
    );
    await guard.update();
    expect(guard.notes().join()).toContain('/h/.netrc cannot be watched (EMSGSIZE)');
  });

  test('more names than the guard takes are named', async () => {
    const { guard, lists } = makeGuard(() => named(...Array.from({ length: 1600 }, (_, at) => `/h/${at}`)));
    await guard.update();
    expect(lists[0]).toHaveLength(1500);
    expect(guard.notes().join()).toContain('/h/1500 and 99 others');
    const long = makeGuard(() => named(...Array.from({ length: 100 }, () => `/${'x'.repeat(2000)}`)));
    await long.guard.update();
    expect(long.lists[0]?.length).toBeLessThan(50);
  });

  test('a launch that cannot be entered is exposed, one that has ended is not', async () => {
    let errno = 'EPERM';
    const { guard, exposed } = makeGuard(
      () => [],
      () => ({ kind: 'failed', step: 'namespace', errno }),
    );
    await guard.enter(1);
    expect(exposed).toMatchObject([{ errno: 'EPERM' }]);
    errno = 'ENOENT';
    await guard.enter(1);
    expect(exposed).toHaveLength(1);
  });
});
