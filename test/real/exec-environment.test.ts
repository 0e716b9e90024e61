import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

/** Each reads `a`, which is harmless, with something set that makes `cat` or its launcher run other code. */
const CASES: [title: string, script: string, questions: string[]][] = [
  ['it is shown with the command', 'LD_PRELOAD=./x.so cat a', ['LD_PRELOAD=./x.so cat a']],
  [
    'the same words that were skipped in front of it do not stand for it',
    'false && cat a; LD_PRELOAD=./x.so cat a',
    ['cat a   (perhaps with LD_PRELOAD=./x.so)'],
  ],
  [
    'nor in a pipeline',
    'false && cat a | cat; LD_PRELOAD=./x.so cat a | cat',
    ['cat a   (perhaps with LD_PRELOAD=./x.so)'],
  ],
  [
    'a launcher is asked about as well, for it starts with it too',
    "LD_PRELOAD=./x.so bash -c 'cat a'",
    ["LD_PRELOAD=./x.so bash -c 'cat a'"],
  ],
  ['every variable passed on', 'set -a; true', ['set -a']],
  ['every word with a = passed on', 'set -k; true', ['set -k']],
];

describe.skipIf(process.platform !== 'linux')('what is set for a program (Linux: real gate and wall)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  test.each(CASES)('%s', async (_title, script, questions) => {
    const folder = makeFolder();
    writeFileSync(join(folder.path, 'a'), 'x');
    const ran = await real.run(script, {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => rejectWith('no'),
    });
    folder.remove();
    expect(ran.questions.map(({ text }) => text)).toEqual(questions);
  });

  test('a yes for the session is one for the same words with the same set', async () => {
    const folder = makeFolder();
    const ran = await real.run('A=1 touch b; A=1 touch b; touch c; touch c', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowSession,
    });
    folder.remove();
    expect(ran.questions.map(({ text }) => text)).toEqual(['A=1 touch b', 'touch c']);
  });

  test('a yes for the session is not one for the same words with another input', async () => {
    const folder = makeFolder();
    const ran = await real.run("awk -f - <<< 'BEGIN { print 1 }'; awk -f - <<< 'BEGIN { print 2 }'", {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowOnce,
    });
    folder.remove();
    expect(ran.questions.map(({ scopes }) => scopes)).toEqual([
      ['once', 'step'],
      ['once', 'step'],
    ]);
  });

  test('nor with code that comes through a pipe', async () => {
    const folder = makeFolder();
    const ran = await real.run("printf 'a=1' | python3 -; printf 'b=1' | python3 -", {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowOnce,
    });
    folder.remove();
    const asked = ran.questions.filter(({ text }) => text === 'python3 -');
    expect(asked.map(({ scopes }) => scopes)).toEqual([
      ['once', 'step'],
      ['once', 'step'],
    ]);
  });

  test('launchers that change what the words do are shown', async () => {
    const folder = makeFolder();
    const ran = await real.run("env -u X A=1 touch b; timeout 5 env B=2 bash -c 'touch c > d'", {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowOnce,
    });
    folder.remove();
    expect(ran.questions.map(({ text }) => text)).toEqual([
      'env -u X A=1 touch b',
      "timeout 5 env B=2 bash -c 'touch c > d'",
    ]);
  });

  test('where it may be another step, a yes is for once', async () => {
    const folder = makeFolder();
    const ran = await real.run('touch b; A=1 touch b', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => allowOnce,
    });
    folder.remove();
    expect(ran.questions.map(({ text }) => text)).toEqual(['touch b   (perhaps with A=1)', 'A=1 touch b']);
    expect(ran.questions[0]?.scopes).toEqual(['once', 'step']);
  });
});
