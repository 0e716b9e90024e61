import { describe, expect, it } from 'vitest';
import { doubtHeld } from '../../../src/policy/doubt-held.ts';
import { armsLauncher, findInherited } from '../../../src/policy/index.ts';
import type { Facts } from '../../../src/protocol/index.ts';
import { makeFacts, makeSteps } from './judge-fixture.ts';

const long = 'x'.repeat(1024);

function namesOf(script: string, told: readonly string[]): string[] {
  return findInherited(told, makeSteps(script)[0]).variables.map(({ name }) => name);
}

describe('findInherited', () => {
  it.each<[string, string[], string[]]>([
    ['ls', ['LD_PRELOAD=./x.so'], ['LD_PRELOAD']],
    ['ls', ['A=1', 'COLUMNS=80', 'B'], []],
    [
      'ls',
      ['PATH=/x:/usr/bin', 'GIT_DIR=/y', 'BASH_FUNC_ls%%=() { :; }'],
      ['PATH', 'GIT_DIR', 'BASH_FUNC_ls%%'],
    ],
    ['ls', ['GIT_CONFIG_COUNT'], ['GIT_CONFIG_COUNT']],
    ['LD_PRELOAD=./x.so ls', ['LD_PRELOAD=./x.so'], []],
    ['LD_PRELOAD=./x.so ls', ['LD_PRELOAD=./y.so'], ['LD_PRELOAD']],
    ['LD_PRELOAD=$X ls', ['LD_PRELOAD=./y.so'], []],
    ['env LD_PRELOAD=./x.so ls', ['LD_PRELOAD=./x.so'], []],
    ['env -i ls', ['PATH', 'HOME', 'LD_PRELOAD=./x.so'], ['LD_PRELOAD']],
    ['env -u GIT_CONFIG_COUNT ls', ['GIT_CONFIG_COUNT'], []],
    ['env A=1 ls', ['GIT_CONFIG_COUNT'], ['GIT_CONFIG_COUNT']],
    [`LD_PRELOAD=${long}yz ls`, [`LD_PRELOAD=${long}`], []],
    ['LD_PRELOAD=ab ls', ['LD_PRELOAD=a'], ['LD_PRELOAD']],
    ['ls', ['=x', '', 'LD_PRELOAD='], ['LD_PRELOAD']],
  ])('%s told %j: %j', (script, told, names) => {
    expect(namesOf(script, told)).toEqual(names);
  });

  it.each<[string, readonly string[] | null, boolean]>([
    ['PAGER=cat', null, false],
    ['PAGER=less', null, true],
    ['GIT_EDITOR=true', null, false],
    ['GIT_EDITOR=./true', null, true],
    ['PYTHONUNBUFFERED=1', null, false],
    ['PYTHONPATH=1', null, true],
    ['constructor=1', null, false],
    ['PATH=/opt/x:/usr/bin', null, true],
    ['PATH=/opt/x:/usr/bin', ['/w'], false],
    ['PATH=/w/bin:/usr/bin', ['/w'], true],
    ['PATH=/opt/../w/bin', ['/w'], true],
    ['PATH=/opt//x', ['/w'], true],
    ['PATH=/opt:', ['/w'], true],
    ['PATH=bin:/usr/bin', ['/w'], true],
    ['PATH=/tmp/x', ['/w'], true],
    [`PATH=/${long}`, ['/w'], true],
    ['PATH=/\u00e9', ['/w'], true],
  ])('tells of %s with %j writable: %s', (told, writable, isTold) => {
    expect(findInherited([told], makeSteps('ls')[0], writable).variables.length > 0).toBe(isTold);
  });

  it('lists so many and says that there are more', () => {
    const told = Array.from({ length: 40 }, (_, index) => `LD_${index}=${long}`);
    const found = findInherited(told, makeSteps('ls')[0]);
    expect([found.variables.length, found.isCut]).toEqual([32, true]);
    expect(found.variables[0]?.value?.length).toBe(512);
  });
});

it.each<[string, string | null, boolean]>([
  ['LD_PRELOAD', './x.so', true],
  ['BASH_ENV', './x', true],
  ['PATH', './bin', false],
  ['GIT_CONFIG_COUNT', null, false],
])('a launcher with %s=%s is armed: %s', (name, value, isArmed) => {
  expect(armsLauncher([{ name, value }])).toBe(isArmed);
});

describe('doubtHeld', () => {
  const [step] = makeSteps('ls');
  const said = (facts: Partial<Facts>) => doubtHeld({ ...makeFacts(step), ...facts }).map(({ text }) => text);

  it('says nothing of a program that is as it looks, nor of one that is not held', () => {
    expect(said({ isHeld: true, threads: 1, shared: false, traced: false, variables: [] })).toEqual([]);
    expect(said({ isHeld: false, threads: 5 })).toEqual([]);
  });

  it.each([
    [{ threads: 3 }, 'has 3 threads'],
    [{ threads: 1, shared: true }, 'shares its memory'],
    [{ threads: 1, traced: true }, 'a debugger'],
  ])('%j is not verified', (facts, words) => {
    const [text = ''] = said({ isHeld: true, ...facts });
    expect(text).toContain('Not verified');
    expect(text).toContain(words);
    expect(text).toContain('could be swapped');
  });

  it('names each variable with its value, in one line', () => {
    const value = `a\nb${'c'.repeat(400)}`;
    const texts = said({
      isHeld: true,
      variables: [
        { name: 'LD_PRELOAD', value },
        { name: 'HOME', value: null },
      ],
    });
    expect(texts[0]).toMatch(/^LD_PRELOAD=a⏎bccc.*… is set for it/);
    expect(texts[1]).toMatch(/^HOME was set .*taken away/);
  });
});
