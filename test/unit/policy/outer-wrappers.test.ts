import { describe, expect, test } from 'vitest';
import {
  actsElsewhere,
  changesMeaning,
  isHarmless,
  outerWrappers,
  setByLaunchers,
} from '../../../src/policy/index.ts';
import { makeSteps } from './judge-fixture.ts';

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

  test('set what their words say, however deep', () => {
    const argv = ['timeout', '5', 'env', '-i', 'PATH=/w', 'nice', 'env', 'BASH_ENV=x', 'ls', 'A=1'];
    expect(setByLaunchers(argv).map(({ name, value }) => [name, value.value])).toEqual([
      ['PATH', '/w'],
      ['BASH_ENV', 'x'],
    ]);
    expect(setByLaunchers(['ls', 'A=1'])).toEqual([]);
  });

  test.each([
    [['env'], true],
    [['env', '-0'], true],
    [['env', 'A=1', 'ls'], false],
    [['env', '-S', 'ls'], false],
    [['env', '--unknown'], false],
  ])('held as %j with words of its own is harmless: %s', (argv, harmless) => {
    const [step] = makeSteps('env');
    const words = argv.map((value) => ({ text: value, value }));
    expect(isHarmless({ ...step, form: 'program', argv, words })).toBe(harmless);
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
