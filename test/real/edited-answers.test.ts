import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Approval, ApprovalAnswer } from '../../src/protocol/index.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  type ScriptResult,
  startRealEngine,
} from '../support/real-engine.ts';

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
let work: string;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('edited', '/var/tmp');
  work = join(folder.path, 'work');
  mkdirSync(work);
  for (const name of ['keep', 'drop']) writeFileSync(join(work, name), name);
});
afterEach(() => folder.remove());

/** Writes another text in place of what is shown so, and answers the rest. */
function run(
  script: string,
  edits: Readonly<Record<string, string>>,
  rest: (approval: Approval) => ApprovalAnswer = () => allowOnce,
): Promise<ScriptResult> {
  const left = new Map(Object.entries(edits));
  return real.run(script, {
    cwd: work,
    policy: 'untrusted',
    answer: (approval) => {
      const text = left.get(approval.text);
      if (text === undefined) return rest(approval);
      left.delete(approval.text);
      return { outcome: 'edited', text };
    },
  });
}

describe('an edited text runs in place of a program', () => {
  const cases: readonly [name: string, script: string, edits: Record<string, string>, stdout: string][] = [
    ['its status counts for &&', 'rm keep && echo done', { 'rm keep': 'rm drop' }, 'done\n'],
    ['its status counts for ||', 'rm keep || echo failed', { 'rm keep': 'false' }, 'failed\n'],
    ['its status is $?', 'rm keep; echo $?', { 'rm keep': 'exit 7' }, ''],
    ['a failure is its own', 'rm keep; echo $?', { 'rm keep': 'sh -c "exit 7"' }, '7\n'],
    ['several commands', 'rm keep; ls', { 'rm keep': 'rm drop; touch new' }, 'keep\nnew\n'],
    ['with pipes of its own', 'rm keep; true', { 'rm keep': 'printf "b\\na\\n" | sort' }, 'a\nb\n'],
    ['in a pipeline', 'printf "b\\na\\n" | tee x | cat', { 'tee x': 'sort' }, 'a\nb\n'],
    ['in an if', 'if rm keep; then echo yes; else echo no; fi', { 'rm keep': 'false' }, 'no\n'],
    ['under set -e', 'set -e; rm keep; echo on', { 'rm keep': 'rm drop' }, 'on\n'],
    ['that fails under set -e', 'set -e; rm keep; echo on', { 'rm keep': 'rm nothing 2> /dev/null' }, ''],
    [
      'a loop, one run of it',
      'for f in keep drop; do rm -v "$f"; done',
      { 'rm -v keep': 'echo left' },
      "left\nremoved 'drop'\n",
    ],
    [
      'edited again',
      'rm keep; ls',
      { 'rm keep': 'rm drop', 'rm drop': 'rm -v drop' },
      "removed 'drop'\nkeep\n",
    ],
  ];
  test.each(cases)('%s', async (_name, script, edits, stdout) => {
    const ran = await run(script, edits);
    expect(ran.stdout, ran.stderr).toBe(stdout);
    expect(existsSync(join(work, 'keep'))).toBe(true);
  });
});

describe('an edited text runs in place of what the shell does itself', () => {
  const cases: readonly [name: string, script: string, edits: Record<string, string>, stdout: string][] = [
    [
      'a redirection, before any file is opened',
      'echo x > keep; cat keep',
      { 'echo x > keep': 'echo x > new' },
      'keep',
    ],
    ['with an effect on the shell', 'echo x > keep; echo "$B"', { 'echo x > keep': 'B=2' }, '2\n'],
    ['a builtin by a program', 'echo x > keep && echo done', { 'echo x > keep': 'ls keep' }, 'keep\ndone\n'],
  ];
  test.each(cases)('%s', async (_name, script, edits, stdout) => {
    const ran = await run(script, edits);
    expect(ran.stdout, ran.stderr).toBe(stdout);
  });
});

test('the text is asked about under an id of its own, and a no to it is a no', async () => {
  const ran = await run('rm keep; echo $?', { 'rm keep': 'rm drop' }, () => rejectWith('neither'));
  expect(ran.questions.map(({ text }) => text)).toEqual(['rm keep', 'rm drop']);
  expect(new Set(ran.questions.map(({ approvalId }) => approvalId)).size).toBe(2);
  expect(ran.stdout).toBe('126\n');
  expect(['keep', 'drop'].map((name) => existsSync(join(work, name)))).toEqual([true, true]);
  expect(ran.stderr).toContain('neither');
});

test('what is told of the question later says what took its place', async () => {
  const ran = await run('rm keep', { 'rm keep': 'rm drop' });
  const [question] = ran.questions;
  if (question === undefined) throw new Error('nothing was asked');
  const { settled } = await real.engine.describeApproval(question.approvalId);
  expect(settled).toMatchObject({ outcome: 'edited', editedText: 'rm drop' });
});

test('the history says what was edited and that the step did not run', async () => {
  const ran = await run('rm keep', { 'rm keep': 'rm drop' });
  const [first] = ran.questions;
  expect(ran.events).toContainEqual(
    expect.objectContaining({ type: 'approval/answered', outcome: 'edited', editedText: 'rm drop' }),
  );
  expect(ran.events).toContainEqual(
    expect.objectContaining({ type: 'step/finished', stepId: first?.stepId, outcome: 'skipped' }),
  );
});

test('an edited text that lies beyond the wall is asked about with what it needs', async () => {
  const outside = join(folder.path, 'outside');
  mkdirSync(outside);
  const ran = await run('rm keep', { 'rm keep': `touch ${outside}/x` });
  expect(ran.questions.map(({ category }) => category)).toEqual(['inside', 'outside']);
  expect(existsSync(join(outside, 'x'))).toBe(true);
});

const notEditable = [
  ['behind a launcher', 'env A=1 rm drop'],
  ['in a substitution', 'echo "$(rm drop)"'],
  ['a job of its own', 'rm drop & wait'],
  ['a script as a whole', 'rm drop; echo "'],
] as const;
test.each(notEditable)('%s cannot be edited, and the question says so', async (_name, script) => {
  const ran = await run(script, {}, () => rejectWith('no'));
  const asked = ran.questions.filter(({ text }) => text.includes('rm drop'));
  expect(asked.length).toBeGreaterThan(0);
  for (const { isEditable } of asked) expect(isEditable ?? false).toBe(false);
});

test('a program that ends with the status of a rejection has run, and nothing runs instead', async () => {
  const ran = await run('sh -c "echo ran; exit 126"; echo $?', {});
  expect(ran.stdout).toBe('ran\n126\n');
});
