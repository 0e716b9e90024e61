import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const isLinux = process.platform === 'linux';
/** Not below /tmp, which is the session's own inside. */
const OUTSIDE_PARENT = '/var/tmp';

describe.skipIf(!isLinux)('a write that the wall would stop (Linux: real gate and wall)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  function makePlaces() {
    const workspace = makeFolder();
    const outside = makeFolder('sallyport-outside', OUTSIDE_PARENT);
    return {
      workspace: workspace.path,
      outside: outside.path,
      remove: () => {
        workspace.remove();
        outside.remove();
      },
    };
  }

  test('is held, asked with the least grant, and the same process goes on: nothing runs twice', async () => {
    const { workspace, outside, remove } = makePlaces();
    writeFileSync(join(outside, 'file'), 'before\n');
    const script = `python3 -c "
import os
open('count','a').write('started\\n')
open('${outside}/file','w').write('after\\n')
open('count','a').write('went on\\n')
"`;
    const ran = await real.run(script, { cwd: workspace, policy: 'on-request', answer: () => allowOnce });
    const seen = {
      file: readFileSync(join(outside, 'file'), 'utf8'),
      count: readFileSync(join(workspace, 'count'), 'utf8'),
    };
    remove();
    expect(ran.questions).toHaveLength(1);
    expect(ran.questions[0]).toMatchObject({
      category: 'blocked',
      grant: { write: [`${outside}/file`], read: [], hosts: [] },
    });
    expect(ran.result.exitCode).toBe(0);
    expect(seen).toEqual({ file: 'after\n', count: 'started\nwent on\n' });
  });

  test('rejected: the file is as it was, the program is told, the script goes on', async () => {
    const { workspace, outside, remove } = makePlaces();
    writeFileSync(join(outside, 'file'), 'before\n');
    const ran = await real.run(`cp /etc/hostname ${outside}/file; echo "status $?"`, {
      cwd: workspace,
      policy: 'on-request',
      answer: () => rejectWith('leave it'),
    });
    const file = readFileSync(join(outside, 'file'), 'utf8');
    remove();
    expect(file).toBe('before\n');
    expect(ran.stderr).toContain(': leave it');
    expect(ran.stdout).toMatch(/status (1|126)/);
  });

  test('a file that does not exist yet opens its folder, and the question says so', async () => {
    const { workspace, outside, remove } = makePlaces();
    const script = `python3 -c "open('${outside}/new','w').write('x'); open('${outside}/second','w').write('y')"`;
    const ran = await real.run(script, { cwd: workspace, policy: 'on-request', answer: () => allowSession });
    const isThere = existsSync(join(outside, 'new')) && existsSync(join(outside, 'second'));
    remove();
    expect(ran.questions).toHaveLength(1);
    expect(ran.questions[0]?.grant?.write).toEqual([outside]);
    expect(ran.questions[0]?.reasons.map((reason) => reason.text).join(' ')).toContain('folder');
    expect(isThere).toBe(true);
    expect(ran.result.exitCode).toBe(0);
  });

  test('a granted folder keeps its protected paths', async () => {
    const { workspace, outside, remove } = makePlaces();
    mkdirSync(join(outside, '.git', 'hooks'), { recursive: true });
    const script = `python3 -c "
open('${outside}/new','w').write('x')
for path in ['.git/hooks/post-checkout', '.git/config']:
    try: open('${outside}/' + path,'w').write('evil'); print('wrote', path)
    except OSError as e: print('blocked', path)
"`;
    const ran = await real.run(script, {
      cwd: workspace,
      policy: 'on-request',
      answer: (approval) =>
        approval.text.includes('.git') && !approval.text.includes('/new ') ? rejectWith('no') : allowSession,
    });
    const hooks =
      existsSync(join(outside, '.git/hooks/post-checkout')) || existsSync(join(outside, '.git/config'));
    const isNew = existsSync(join(outside, 'new'));
    remove();
    expect(isNew).toBe(true);
    expect(hooks).toBe(false);
    expect(ran.stdout).toContain('blocked .git/hooks/post-checkout');
  });

  test('what a granted folder keeps closed is asked by itself', async () => {
    const { workspace, outside, remove } = makePlaces();
    for (const part of ['objects', 'refs', 'hooks'])
      mkdirSync(join(outside, '.git', part), { recursive: true });
    writeFileSync(join(outside, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(outside, '.git/config'), '');
    const script = `python3 -c "
open('${outside}/foo','w').write('x')
for path in ['.git/foo2', '.git/hooks/planted']:
    try: open('${outside}/' + path,'w').write('x'); print('wrote', path)
    except OSError as e: print('blocked', path)
"`;
    const ran = await real.run(script, {
      cwd: workspace,
      policy: 'on-request',
      answer: (approval) =>
        approval.grant?.write[0]?.endsWith('/hooks') ? rejectWith('no hooks') : allowSession,
    });
    const later = ran.events.flatMap((event) => (event.type === 'step/judged' ? [event] : []));
    remove();
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([
      [outside],
      [join(outside, '.git')],
      [join(outside, '.git/hooks')],
    ]);
    expect(ran.stdout).toBe('wrote .git/foo2\nblocked .git/hooks/planted\n');
    expect(later.filter(({ category }) => category === 'grant')).toEqual([]);
  });

  test('a yes to a folder with sixty deep repositories is carried out', async () => {
    const { workspace, outside, remove } = makePlaces();
    for (let index = 0; index < 60; index += 1)
      mkdirSync(join(outside, `a/b/c/d/r${index}/.git`), { recursive: true });
    const script = `mkdir ${outside}/new; touch ${outside}/a/b/c/d/r59/.git/planted`;
    const ran = await real.run(script, {
      cwd: workspace,
      policy: 'on-request',
      answer: (approval) => (approval.grant?.write[0] === outside ? allowOnce : rejectWith('no')),
    });
    const made = ['new', 'a/b/c/d/r59/.git/planted'].map((name) => existsSync(join(outside, name)));
    remove();
    expect(ran.stderr).not.toContain('ENOSPC');
    expect(made).toEqual([true, false]);
  });

  test('after a revoke the next write is held again', async () => {
    const { workspace, outside, remove } = makePlaces();
    writeFileSync(join(outside, 'file'), '');
    // Time between the writes for the revoke to come in.
    const script = `for n in 1 2 3; do python3 -c "open('${outside}/file','a').write('$n')"; sleep 0.5; done`;
    let asked = 0;
    const ran = await real.run(script, {
      cwd: workspace,
      policy: 'on-request',
      answer: (approval) => {
        if (approval.category !== 'blocked') return allowOnce;
        asked += 1;
        if (asked === 1) return allowSession;
        return rejectWith('no more');
      },
      onEvent: (event) => {
        // Revoked as soon as the second write has gone through under it.
        if (event.type !== 'step/finished' || event.outcome !== 'ran') return;
        if (readFileSync(join(outside, 'file'), 'utf8') !== '12') return;
        for (const grant of real.engine.listGrants()) void real.engine.revokeGrant(grant.grantId, 'test');
      },
    });
    const text = readFileSync(join(outside, 'file'), 'utf8');
    remove();
    expect(
      ran.events.filter((event) => event.type === 'grant/ended' && event.reason === 'revoked'),
    ).toHaveLength(1);
    expect(text.startsWith('12')).toBe(true);
    expect(asked).toBeGreaterThan(1);
    expect(text).toBe('12');
  });

  test('a redirection that is allowed for the session opens its path; after a revoke it is asked again', async () => {
    const { workspace, outside, remove } = makePlaces();
    const file = join(outside, 'file');
    writeFileSync(file, '');
    const ran = await real.run(`for n in 1 2 3; do echo $n >> ${file}; sleep 0.5; done; echo "status $?"`, {
      cwd: workspace,
      policy: 'on-request',
      answer: (approval, earlier) => {
        expect(approval.grant?.write).toEqual([file]);
        return earlier === 0 ? allowSession : rejectWith('no more');
      },
      onEvent: (event) => {
        // While the script sleeps after its second write.
        if (event.type !== 'step/started' || readFileSync(file, 'utf8') !== '1\n2\n') return;
        for (const grant of real.engine.listGrants()) void real.engine.revokeGrant(grant.grantId, 'test');
      },
    });
    const text = readFileSync(file, 'utf8');
    remove();
    expect(text).toBe('1\n2\n');
    expect(ran.questions).toHaveLength(2);
    expect(ran.stderr).toContain('no more');
    const kinds = ran.events.flatMap((event) => (event.type === 'grant/added' ? [event.grant.kind] : []));
    expect(kinds).toEqual(['access']);
  });

  test('under never it is not asked; the program meets the wall and one line in the history says so', async () => {
    const { workspace, outside, remove } = makePlaces();
    writeFileSync(join(outside, 'file'), 'before');
    const ran = await real.run(`python3 -c "open('${outside}/file','w')"`, {
      cwd: workspace,
      policy: 'never',
    });
    const text = readFileSync(join(outside, 'file'), 'utf8');
    remove();
    expect(ran.questions).toEqual([]);
    expect(text).toBe('before');
    const denials = ran.events.flatMap((event) => (event.type === 'wall/denied' ? [event.path] : []));
    expect(denials).toEqual([`${outside}/file`]);
  });

  test('under never a refused command is told where it would have gone, and nothing of a yes', async () => {
    const { workspace, outside, remove } = makePlaces();
    const ran = await real.run(`touch ${outside}/t`, { cwd: workspace, policy: 'never' });
    const isMade = existsSync(join(outside, 't'));
    remove();
    expect(isMade).toBe(false);
    expect(ran.stderr).toMatch(
      /refused: It writes \S+\/t, which lies outside what this session may write\. The approval policy never asks/,
    );
    expect(ran.stderr).not.toContain('a yes');
  });

  test('a git that reads asks nobody about the lock of its list of files', async () => {
    const { workspace, remove } = makePlaces();
    const commit = 'git -c user.name=t -c user.email=t@localhost commit -q -m one';
    execFileSync('/bin/sh', ['-c', `git init -q . && echo a > a && git add a && ${commit}`], {
      cwd: workspace,
    });
    const ran = await real.run(
      'touch -d 2001-01-01 a; git diff; git diff HEAD; git describe --always --dirty',
      {
        cwd: workspace,
        policy: 'on-request',
        answer: () => rejectWith('no'),
      },
    );
    remove();
    expect(ran.questions.map(({ text }) => text)).toEqual([]);
    expect(ran.result.exitCode).toBe(0);
  });
});
