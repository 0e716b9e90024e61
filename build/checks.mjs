// Linter, compiler, tests and leftovers, and the one line that sums them up.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root, runProgram } from './own-node.mjs';

const tool = (...path) => join(root, 'node_modules', ...path);
const REPORT = tool('.cache', 'sallyport-tests.json');

/** Checks that are no tests: each is one pass or one failure of the sum. */
const WALLS = { name: 'walls', argv: [join(root, 'build', 'walls.mjs'), '--check'] };
const LINTER = {
  name: 'biome',
  argv: [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '--max-diagnostics=50'],
};
const COMPILER = { name: 'tsc', argv: [tool('typescript', 'bin', 'tsc'), '-b'] };
const LEFTOVERS = { name: 'knip', argv: [tool('knip', 'bin', 'knip.js'), '--no-progress'] };

const say = (line) => process.stdout.write(`${line}\n`);

/** Runs one check and says how long it took. */
async function runStage(stage) {
  const startedAt = Date.now();
  const status = await runProgram(process.execPath, stage.argv);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`${status === 0 ? 'ok' : 'FAILED'}  ${stage.name}  ${seconds} s\n`);
  return status === 0;
}

/** A test's full name with its file, as it is listed at the end. */
const nameTest = (file, test) => `${relative(root, file.name)}: ${test.fullName ?? test.title}`;

/**
 * Counts one report of the test runner; a file that could not be loaded is one failure.
 * @param {number} status
 */
function countReport(status) {
  /** @type {{ passed: number, failed: string[], skipped: string[] }} */
  const sum = { passed: 0, failed: [], skipped: [] };
  const report = JSON.parse(readFileSync(REPORT, 'utf8'));
  for (const file of report.testResults) {
    const failedBefore = sum.failed.length;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') sum.passed += 1;
      else if (test.status === 'failed') sum.failed.push(nameTest(file, test));
      else sum.skipped.push(nameTest(file, test));
    }
    if (file.status === 'failed' && sum.failed.length === failedBefore) {
      sum.failed.push(`${relative(root, file.name)}: ${file.message || 'could not be run'}`);
    }
  }
  if (status !== 0 && sum.failed.length === 0)
    sum.failed.push('vitest: an error outside of any test, see above');
  return sum;
}

/** Runs the projects of the test runner, the quick ones first. */
async function runVitest(projects, argv) {
  mkdirSync(dirname(REPORT), { recursive: true });
  rmSync(REPORT, { force: true });
  const choice = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const status = await runProgram(process.execPath, [
    tool('vitest', 'vitest.mjs'),
    'run',
    ...choice,
    ...reporters,
    ...argv,
  ]);
  try {
    return countReport(status);
  } catch (error) {
    return { passed: 0, failed: [`vitest: no report (status ${status}): ${String(error)}`], skipped: [] };
  }
}

/** Prints what did not pass by name, then the sum as the very last line; returns the exit status. */
function sumUp(sum) {
  for (const name of sum.skipped) say(`skipped  ${name}`);
  for (const name of sum.failed) say(`failed   ${name}`);
  const skipped = sum.skipped.length > 0 ? `, ${sum.skipped.length} skipped` : '';
  say(`${sum.passed} passed, ${sum.failed.length} failed${skipped}`);
  return sum.failed.length === 0 ? 0 : 1;
}

async function runAll(stagesBefore, projects, argv, stagesAfter) {
  const failed = [];
  let passed = 0;
  const note = (stage, isPassed) => {
    if (isPassed) passed += 1;
    else failed.push(stage.name);
  };
  for (const stage of stagesBefore) note(stage, await runStage(stage));
  const tests = await runVitest(projects, argv);
  for (const stage of stagesAfter) note(stage, await runStage(stage));
  return sumUp({
    passed: passed + tests.passed,
    failed: [...failed, ...tests.failed],
    skipped: tests.skipped,
  });
}

/**
 * The full run of `npm test`, or a part of it by its projects. Arguments (a file, `-t NAME`) go on to the test runner.
 * @param {string[]} projects
 * @param {string[]} argv
 */
export function runTests(projects, argv) {
  const isFull = projects.includes('unit') && argv.length === 0;
  return isFull
    ? runAll([WALLS, LINTER, COMPILER], projects, argv, [LEFTOVERS])
    : runAll([], projects, argv, []);
}

/** What to run before every commit: all that needs no sandbox, in under 15 seconds. */
export function runChecks() {
  return runAll([WALLS, LINTER, COMPILER], ['unit'], [], [LEFTOVERS]);
}
