import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allowSession, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('git', '/var/tmp');
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'a');
  git('config', 'user.email', 'a@example.com');
  git('config', 'commit.gpgsign', 'false');
  git('commit', '-q', '--allow-empty', '-m', 'one');
  git('branch', 'other');
});
afterEach(() => folder.remove());

function git(...words: string[]): string {
  return execFileSync('git', ['-C', folder.path, ...words], { encoding: 'utf8', stdio: 'pipe' });
}

function readConfig(): string {
  return readFileSync(join(folder.path, '.git/config'), 'utf8');
}

function runIt(script: string) {
  return real.run(script, { cwd: folder.path, answer: () => allowSession });
}

const WAY_OUT = 'Way out: run this outside the session, or write the file in place';
describe.skipIf(process.platform !== 'linux')('the configuration of a repository (Linux: real wall)', () => {
  test.each([
    'git config user.name x',
    'git -C . config --unset user.name',
    'git remote add origin /x',
    'git branch -u main other',
    'sh -c "git remote add origin /x"',
    'rm -f .git/config',
    `/usr/bin/python3 -c "open('.git/config.lock', 'x')"`,
    `/usr/bin/python3 -c "import os; os.unlink('.git/config')"`,
  ])('%s is refused with its way out and asks nothing', async (script) => {
    const before = readConfig();
    const ran = await runIt(script);
    expect(ran.questions).toEqual([]);
    expect(ran.result.exitCode).not.toBe(0);
    expect(ran.stderr).toContain(`${join(folder.path, '.git/config')} is covered by itself`);
    expect(ran.stderr).toContain(WAY_OUT);
    const refused = ran.events.filter(
      (event) => event.type === 'step/finished' && event.outcome === 'refused',
    );
    expect(refused).toHaveLength(1);
    const stopped = ran.events.filter((event) => event.type === 'wall/denied');
    expect(stopped).toHaveLength(script.includes('python3') ? 1 : 0);
    expect(readConfig()).toBe(before);
  });

  test('it is so too where its repository was opened for a commit, after one question', async () => {
    const before = readConfig();
    const ran = await runIt(`git commit -q --allow-empty -m two && echo done
git remote add origin /x || echo refused`);
    expect(ran.stdout, ran.stderr).toBe('done\nrefused\n');
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[join(folder.path, '.git')]]);
    expect(ran.stderr).toContain(WAY_OUT);
    expect(git('log', '--format=%s', '-1')).toBe('two\n');
    expect(readConfig()).toBe(before);
  });

  test('written in place it is asked about, and changes after a yes', async () => {
    const before = readConfig();
    const ran = await runIt('echo "# more" >> .git/config; git config user.name');
    expect(ran.stdout, ran.stderr).toBe('a\n');
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[join(folder.path, '.git/config')]]);
    expect(readConfig()).toBe(`${before}# more\n`);
  });

  test('what only reads it or writes another one is not refused', async () => {
    const script = `git config user.name > .git/name && git remote -v && git config --file own a.b c && cat own`;
    const ran = await runIt(script);
    expect(ran.stdout, ran.stderr).toBe('[a]\n\tb = c\n');
    expect(readFileSync(join(folder.path, '.git/name'), 'utf8')).toBe('a\n');
  });

  test('without a wall git changes it', async () => {
    const ran = await real.run('git remote add origin /x && echo done', {
      cwd: folder.path,
      sandbox: 'danger-full-access',
      answer: () => allowSession,
    });
    expect(ran.stdout, ran.stderr).toBe('done\n');
    expect(git('remote')).toBe('origin\n');
  });
});
