import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

const MOVED = 'sallyport: exec-gate: the working folder was moved or replaced since it was decided about\n';

function markOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}:${folder}`;
}

describe.each(users)('--expect-cwd as $name', (user) => {
  let base: string;
  let folder: string;
  let other: string;
  beforeEach(() => {
    base = makeFolder(user);
    folder = join(base, 'work');
    other = join(base, 'other');
    for (const each of [folder, other]) mkdirSync(each);
    own(base, user);
  });

  function start(expected: readonly string[], cwd = folder) {
    const words = ['sup', ...expected, '--', '/bin/touch', 'made'];
    const { status, stderr } = spawnSync(helpers.path('exec-gate'), words, {
      ...user.ids,
      cwd,
      encoding: 'utf8',
    });
    return { status, stderr };
  }

  test('starts in the folder that is expected', () => {
    expect(start(['--expect-cwd', markOf(folder)])).toEqual({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'made'))).toBe(true);
  });

  test('starts nothing where a link has its name', () => {
    const mark = markOf(folder);
    rmSync(folder, { recursive: true });
    symlinkSync(other, folder);
    expect(start(['--expect-cwd', mark])).toEqual({ status: 124, stderr: MOVED });
    // Measured behind the link: the folder is that one, and yet not at that path.
    expect(start(['--expect-cwd', markOf(folder)])).toEqual({ status: 124, stderr: MOVED });
    expect(existsSync(join(other, 'made'))).toBe(false);
  });

  test('starts nothing where another folder has its name, nor where it has another name', () => {
    const mark = markOf(folder);
    renameSync(folder, join(base, 'away'));
    renameSync(other, folder);
    expect(start(['--expect-cwd', mark])).toEqual({ status: 124, stderr: MOVED });
    expect(start(['--expect-cwd', mark], join(base, 'away'))).toEqual({ status: 124, stderr: MOVED });
    expect([existsSync(join(folder, 'made')), existsSync(join(base, 'away', 'made'))]).toEqual([
      false,
      false,
    ]);
  });

  test('starts nothing in a folder that is gone', () => {
    const gate = helpers.path('exec-gate');
    const script = `rmdir "$PWD"; exec '${gate}' sup --expect-cwd '${markOf(folder)}' -- /bin/echo started`;
    const ended = spawnSync('/bin/sh', ['-c', script], { ...user.ids, cwd: folder, encoding: 'utf8' });
    expect([ended.status, ended.stdout, ended.stderr.endsWith(MOVED)]).toEqual([124, '', true]);
  });

  test.each(['', '/', '1:/', 'x:1:/', ':1:/', '1::/', '-1:1:/', ' 1:1:/', '1:1:', '1:1:work'])(
    'takes no `%s`',
    (expected) => {
      const status = 125;
      expect(start(['--expect-cwd', expected])).toEqual({
        status,
        stderr: 'sallyport: exec-gate: arguments: --expect-cwd\n',
      });
      expect(existsSync(join(folder, 'made'))).toBe(false);
    },
  );

  test('asks nothing of the folder without it', () => {
    expect(start([])).toEqual({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'made'))).toBe(true);
  });
});
