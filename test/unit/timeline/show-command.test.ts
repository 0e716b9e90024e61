import { describe, expect, test } from 'vitest';
import { splitScript } from '../../../src/policy/index.ts';
import { showCommand, showInFront } from '../../../src/timeline/index.ts';

const CASES: [script: string, shown: string[]][] = [
  ['ls -l', ['ls -l']],
  ['A=1 ls > b', ['A=1 ls > b']],
  ['sudo ls', ['sudo ls']],
  ['/usr/bin/sudo -u bob rm -rf / > out', ['/usr/bin/sudo -u bob rm -rf / > out']],
  ['env FOO=1 npm i', ['env FOO=1 npm i']],
  ['A=1 env FOO=1 npm i', ['A=1 env FOO=1 npm i']],
  ['timeout 5 nice -n 5 rm -rf x', ['timeout 5 nice -n 5 rm -rf x']],
  ['echo a | xargs -0 rm -f', ['echo a', 'xargs -0 rm -f']],
  ["sudo bash -c 'A=1 ls; rm x'", ["sudo bash -c 'A=1 ls'", "sudo bash -c 'rm x'"]],
  ["B=2 bash -lc 'A=1 ls'", ["B=2 bash -lc 'A=1 ls'"]],
  ["su - bob -c 'rm a'", ["su - bob -c 'rm a'"]],
  ["eval 'rm a'", ["eval 'rm a'"]],
  ["trap 'rm a' EXIT", ["trap 'rm a' EXIT"]],
  ["flock l -c 'rm a; rm b'", ["flock l -c 'rm a'", "flock l -c 'rm b'"]],
  ["bash <<< 'rm a'", ["bash <<< 'rm a'"]],
];

describe('a step as it is shown', () => {
  test.each(CASES)('%s', (script, shown) => {
    expect(splitScript(script).steps.map(showCommand)).toEqual(shown);
  });

  test('what is set stands in front of a command without launchers as well', () => {
    const assignments = [{ name: 'LD_PRELOAD', value: { text: './x.so' } }];
    expect(showInFront({ text: 'cat a', assignments, wrappers: [] })).toBe('LD_PRELOAD=./x.so cat a');
  });
});
