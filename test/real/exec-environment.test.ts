import { existsSync, writeFileSync } from 'node:fs';
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

  test.each([
    ['a program', 'export LD_PRELOAD=./x.so; cat a', 'cat a   (with LD_PRELOAD=./x.so)'],
    ['a launcher', "export BASH_ENV=./evil; bash -c 'cat a'", "bash -c 'cat a'   (with BASH_ENV=./evil)"],
  ])(
    'what an earlier command has set for %s is shown, named and asked about',
    async (_what, script, text) => {
      const folder = makeFolder();
      writeFileSync(join(folder.path, 'a'), 'x');
      const ran = await real.run(script, {
        cwd: folder.path,
        policy: 'untrusted',
        answer: ({ text: asked }) => (asked.startsWith('export') ? allowOnce : rejectWith('no')),
      });
      folder.remove();
      const asked = ran.questions.at(-1);
      expect(asked?.text).toBe(text);
      expect(asked?.reasons[0]).toMatchObject({ code: 'inherited-variable' });
      expect(asked?.reasons[0]?.text).toMatch(/^(LD_PRELOAD=.\/x\.so|BASH_ENV=.\/evil) is set for it/);
      expect(ran.stdout).toBe('');
    },
  );

  test.each([
    ['in a pipeline', 'export GIT_DIR=./x; touch b | cat', ['touch b', 'touch b   (with GIT_DIR=./x)']],
    ['for a redirection', 'export GIT_DIR=./x; touch b > c', ['touch b > c', 'touch b   (with GIT_DIR=./x)']],
    ['in a pipeline, with nothing of interest', 'export PLAIN=1; touch b | cat', ['touch b']],
    ['in a pipeline, where its own words set it', 'GIT_DIR=./x touch b | cat', ['GIT_DIR=./x touch b']],
  ])(
    'a yes that was given in front is not one for what was set before the program starts: %s',
    async (_what, script, questions) => {
      const folder = makeFolder();
      const ran = await real.run(script, {
        cwd: folder.path,
        policy: 'untrusted',
        answer: ({ text }) => (text.includes('   (with') ? rejectWith('no') : allowOnce),
      });
      const isMade = existsSync(join(folder.path, 'b'));
      folder.remove();
      expect(ran.questions.filter(({ text }) => text.includes('touch')).map(({ text }) => text)).toEqual(
        questions,
      );
      expect(isMade).toBe(questions.length === 1);
      const runs = ran.events.flatMap((event) => (event.type === 'step/started' ? [event.runId] : []));
      const ended = ran.events.flatMap((event) => (event.type === 'step/finished' ? [event.runId] : []));
      expect(runs.filter((runId) => !ended.includes(runId))).toEqual([]);
    },
  );

  test('a remembered yes is not one for the same words after something was set', async () => {
    const folder = makeFolder();
    const ran = await real.run('touch b; touch b; export GIT_DIR=./x; touch b; touch b', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: ({ scopes }) => (scopes.includes('session') ? allowSession : allowOnce),
    });
    folder.remove();
    const asked = ran.questions.filter(({ text }) => text.startsWith('touch'));
    expect(asked.map(({ text, scopes }) => [text, scopes.includes('session')])).toEqual([
      ['touch b', true],
      ['touch b   (with GIT_DIR=./x)', false],
      ['touch b   (with GIT_DIR=./x)', false],
    ]);
  });

  test('what the launch itself was given needs no word', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder.path, 'a'), 'x');
    const ran = await real.run("cat a; bash -c 'cat a'; cd /; exec cat /etc/hostname", {
      cwd: folder.path,
      policy: 'untrusted',
      env: { NODE_PATH: '/somewhere', EDITOR: 'vi' },
      answer: () => rejectWith('no'),
    });
    folder.remove();
    expect(ran.questions).toEqual([]);
  });
});
