import { expect, test } from 'vitest';
import { type FileResult, takeSecondTries } from '../../build/test-report.mjs';

const file = (said: Partial<FileResult>): FileResult => ({
  passed: [],
  failed: [],
  skipped: [],
  isBroken: false,
  ...said,
});

function again(first: FileResult, second?: FileResult) {
  const results = new Map([['one', first]]);
  const unsteady = takeSecondTries(results, new Map(second === undefined ? [] : [['one', second]]));
  return { ...results.get('one'), unsteady };
}

test('a test that passes the second time is unsteady, and has not failed', () => {
  const first = file({ passed: ['a'], failed: ['b'] });
  expect(again(first, file({ passed: ['a', 'b'] }))).toMatchObject({
    passed: ['a', 'b'],
    failed: [],
    unsteady: ['b'],
  });
});

test('a test that fails again, or is not run again, has failed', () => {
  const first = file({ failed: ['a', 'b', 'c'] });
  const { failed, unsteady } = again(first, file({ passed: ['c'], failed: ['a'], skipped: ['b'] }));
  expect(failed).toEqual(['a', 'b']);
  expect(unsteady).toEqual(['c']);
  expect(again(first).failed).toEqual(['a', 'b', 'c']);
});

test('what fails only the second time has failed', () => {
  const { failed, unsteady } = again(file({ failed: ['a'] }), file({ passed: ['a'], failed: ['b'] }));
  expect(failed).toEqual(['b']);
  expect(unsteady).toEqual(['a']);
});

test('a file that could not be set up has to pass as a whole', () => {
  const broken = file({ failed: ['one: no such port'], skipped: ['a', 'b'], isBroken: true });
  expect(again(broken, file({ passed: ['a', 'b'] }))).toMatchObject({
    passed: ['a', 'b'],
    failed: [],
    skipped: [],
    unsteady: ['one: no such port'],
  });
  expect(again(broken, file({ passed: ['a'], failed: ['b'] })).failed).toEqual(['one: no such port', 'b']);
  expect(again(broken, broken).failed).toEqual(['one: no such port']);
  expect(again(broken, file({ skipped: ['a', 'b'] })).failed).toEqual(['one: no such port']);
});
