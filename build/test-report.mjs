// What the test runner reports of each file, and what a second try makes of it.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './own-node.mjs';

/** A test's full name with its file, as it is listed at the end. */
const nameTest = (file, test) => `${relative(root, file.name)}: ${test.fullName ?? test.title}`;

/**
 * What one report of the test runner says of each file; one that could not be loaded or set up has failed as a whole.
 * @typedef {{ passed: string[], failed: string[], skipped: string[], isBroken: boolean }} FileResult
 * @param {string} path of a report in the runner's JSON form
 * @returns {Map<string, FileResult>} by the file's path in the project
 * @throws when there is no report, or it cannot be read
 */
export function readReport(path) {
  const results = new Map();
  for (const file of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    const name = relative(root, file.name);
    const named = (isOne) => file.assertionResults.filter(isOne).map((test) => nameTest(file, test));
    const failed = named(({ status }) => status === 'failed');
    const isBroken = file.status === 'failed' && failed.length === 0;
    if (isBroken) failed.push(`${name}: ${file.message || 'could not be run'}`);
    const passed = named(({ status }) => status === 'passed');
    const skipped = named(({ status }) => status !== 'passed' && status !== 'failed');
    results.set(name, { passed, failed, skipped, isBroken });
  }
  return results;
}

/** What of a file's failures passed the second time; a file that could not be set up has to pass as a whole. */
function passedAgain(first, again) {
  if (first.isBroken) return again.failed.length === 0 && again.passed.length > 0 ? first.failed : [];
  return first.failed.filter((name) => again.passed.includes(name));
}

/**
 * Puts what a second try of some files gave into the results of the first. A failure stays one unless that very test
 * (or, of a file that could not be set up, all of it) passed; what failed only the second time has failed too.
 * @param {Map<string, FileResult>} results of the first try, changed here
 * @param {Map<string, FileResult>} second
 * @returns {string[]} the names of the failures that passed
 */
export function takeSecondTries(results, second) {
  const unsteady = [];
  for (const [name, again] of second) {
    const first = results.get(name);
    if (first === undefined || first.failed.length === 0) continue;
    const steady = passedAgain(first, again);
    const failed = [...new Set([...first.failed.filter((test) => !steady.includes(test)), ...again.failed])];
    results.set(name, { ...again, failed });
    unsteady.push(...steady);
  }
  return unsteady;
}
