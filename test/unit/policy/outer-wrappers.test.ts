import { describe, expect, test } from 'vitest';
import { actsElsewhere, changesMeaning, outerWrappers } from '../../../src/policy/index.ts';

const OUTER: [wrappers: string[], argv: string[], outer: string[]][] = [
  [[], ['rm', 'a'], []],
  [['sudo'], ['rm', 'a'], ['sudo']],
  [['sudo'], ['sudo', 'rm', 'a'], []],
  [['timeout 5', 'sudo -u bob'], ['/usr/bin/sudo', '-u', 'bob', 'rm', 'a'], ['timeout 5']],
  [
    ['sudo', 'bash -c', 'env A=1'],
    ['env', 'A=1', 'rm', 'a'],
    ['sudo', 'bash -c'],
  ],
  [['sudo', 'bash -c'], ['sudo', 'bash', '-c', 'rm a; rm b'], []],
  [['sudo'], ['timeout', '5', 'rm', 'a'], ['sudo']],
];

describe('the launchers around a held program', () => {
  test.each(OUTER)('%j around %j: %j', (wrappers, argv, outer) => {
    expect(outerWrappers(wrappers, argv)).toEqual(outer);
  });

  test.each(['sudo', 'doas -u bob', '/usr/bin/sudo', 'su - bob', 'chroot /x', 'unshare -n'])(
    '%s makes somebody or somewhere else of it',
    (wrapper) => {
      expect([actsElsewhere(wrapper), changesMeaning(wrapper)]).toEqual([true, true]);
    },
  );

  test.each([
    ['env A=1', true],
    ['env -i', true],
    ['env', false],
    ['timeout 5', false],
    ['bash -c', false],
  ])('%s stays the same user: %s', (wrapper, isChange) => {
    expect([actsElsewhere(wrapper), changesMeaning(wrapper)]).toEqual([false, isChange]);
  });
});
