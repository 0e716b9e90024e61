import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, type TestUser } from '../support/as-user.ts';
import type { ExecDriverResult, ExecDriverSpec } from '../support/exec-driver.ts';
import { findDriver } from '../support/program.ts';
import { allowOnce, allowSession, rejectWith } from '../support/real-engine.ts';

const isLinux = process.platform === 'linux';
const DRIVER = findDriver('exec-driver');

function drive(user: TestUser, spec: Omit<ExecDriverSpec, 'uid' | 'gid'>): ExecDriverResult {
  const whole = JSON.stringify({ ...spec, uid: user.uid, gid: user.gid });
  return JSON.parse(
    execFileSync(process.execPath, [DRIVER, whole], { encoding: 'utf8' }),
  ) as ExecDriverResult;
}

describe.skipIf(!isLinux).each(isLinux ? listTestUsers() : [])('a script as $name (Linux)', (user) => {
  function makePlaces() {
    const folder = makeUserFolder(user);
    const place = (name: string): string => {
      const path = join(folder.path, name);
      mkdirSync(path);
      return path;
    };
    const places = {
      home: place('home'),
      workspace: place('work'),
      outside: place('outside'),
      remove: folder.remove,
    };
    return { ...places, ready: () => giveTo(user, folder.path) };
  }

  test('a held program is asked, a rejected one does not run', () => {
    const { home, workspace, ready, remove } = makePlaces();
    mkdirSync(join(workspace, 'dist'));
    ready();
    const ran = drive(user, {
      home,
      cwd: workspace,
      script: 'touch made && rm -rf dist; id -u',
      policy: 'untrusted',
      answers: [allowOnce, rejectWith('keep it')],
    });
    const seen = { made: existsSync(join(workspace, 'made')), dist: existsSync(join(workspace, 'dist')) };
    remove();
    expect(ran.questions.map((question) => question.text)).toEqual(['touch made', 'rm -rf dist']);
    expect(seen).toEqual({ made: true, dist: true });
    expect(ran.stdout).toBe(`${user.uid}\n`);
    expect(ran.uid).toBe(user.uid);
  });

  test('one file of a folder of keys is opened by a yes, and nothing else of it', () => {
    const { home, workspace, ready, remove } = makePlaces();
    const keys = join(home, '.ssh');
    mkdirSync(keys, { mode: 0o700 });
    for (const name of ['one', 'two']) writeFileSync(join(keys, name), `${name}\n`, { mode: 0o600 });
    const look = `import os
for use in [lambda: open('${keys}/two').read(), lambda: os.listdir('${keys}'), lambda: open('${keys}/one').read()]:
    try: print(use())
    except OSError as error: print(error.strerror)`;
    writeFileSync(join(workspace, 'look.py'), look);
    ready();
    const ran = drive(user, {
      home,
      cwd: workspace,
      script: `cat ${keys}/one
python3 look.py`,
      policy: 'on-request',
      answers: [allowSession],
    });
    remove();
    expect(ran.questions.map(({ text }) => text)).toEqual([`cat ${keys}/one`]);
    expect(ran.stdout).toBe('one\nPermission denied\nPermission denied\nPermission denied\n');
  });

  test('a held write goes on after a grant for the session, and is held again after its revoke', () => {
    const { home, workspace, outside, ready, remove } = makePlaces();
    const file = join(outside, 'file');
    writeFileSync(file, '');
    ready();
    const ran = drive(user, {
      home,
      cwd: workspace,
      // A second program after the second write, so that the revoke comes in between.
      script: `for n in 1 2 3; do python3 -c "open('${file}','a').write('$n')"; sleep 0.5; done`,
      policy: 'on-request',
      answers: [allowSession, rejectWith('no more')],
      revokeWhen: { file, text: '12' },
    });
    const text = readFileSync(file, 'utf8');
    remove();
    expect(ran.questions.map((question) => question.category)).toEqual(['blocked', 'blocked']);
    expect(ran.questions[0]?.grant?.write).toEqual([file]);
    expect(text).toBe('12');
    expect(ran.stderr).toContain('no more');
  });
});
