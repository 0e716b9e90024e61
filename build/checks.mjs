// Linter, compiler, tests and leftovers, and the one line that sums them up.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, runProgram } from './own-node.mjs';
import { readReport, takeSecondTries } from './test-report.mjs';

const tool = (...path) => join(root, 'node_modules', ...path);
const REPORT = tool('.cache', 'sallyport-tests.json');
const SECOND_REPORT = tool('.cache', 'sallyport-tests-again.json');

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

/** More files than this that fail are no accident of a busy machine. */
const SECOND_TRIES_MAX = 5;

/** Runs the test runner once with its report at `path`. */
async function runVitestOnce(path, argv) {
  rmSync(path, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
  return await runProgram(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...reporters, ...argv]);
}

/**
 * Runs the projects of the test runner, the quick ones first. Files with failures are run once more, alone: what a
 * busy machine has disturbed passes then, and is named as unsteady; what fails again has failed.
 */
async function runVitest(projects, argv) {
  mkdirSync(dirname(REPORT), { recursive: true });
  const choice = projects.flatMap((project) => ['--project', project]);
  const status = await runVitestOnce(REPORT, [...choice, ...argv]);
  try {
    const results = readReport(REPORT);
    const files = [...results].filter(([, { failed }]) => failed.length > 0).map(([name]) => name);
    const unsteady = [];
    if (files.length > 0 && files.length <= SECOND_TRIES_MAX && argv.length === 0) {
      say(`\nonce more, alone: ${files.join(', ')}\n`);
      await runVitestOnce(SECOND_REPORT, [...choice, '--no-file-parallelism', ...files]);
      unsteady.push(...takeSecondTries(results, readReport(SECOND_REPORT)));
    }
    const all = (kind) => [...results.values()].flatMap((result) => result[kind]);
    const failed = all('failed');
    if (status !== 0 && files.length === 0) failed.push('vitest: an error outside of any test, see above');
    return { passed: all('passed').length, failed, skipped: all('skipped'), unsteady };
  } catch (error) {
    const failed = [`vitest: no report (status ${status}): ${String(error)}`];
    return { passed: 0, failed, skipped: [], unsteady: [] };
  }
}

/** Prints what did not pass by name, then the sum as the very last line; returns the exit status. */
function sumUp(sum) {
  for (const name of sum.skipped) say(`skipped  ${name}`);
  for (const name of sum.unsteady) say(`unsteady ${name}: passed only when run alone`);
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
    unsteady: tests.unsteady,
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
