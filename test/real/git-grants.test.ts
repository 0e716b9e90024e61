import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Approval, ApprovalAnswer } from '../../src/protocol/index.ts';
import {
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('git', '/var/tmp');
});
afterEach(() => folder.remove());

const SETTINGS = [
  'user.name=a',
  'user.email=a@example.com',
  'protocol.file.allow=always',
  'commit.gpgsign=false',
];

function git(cwd: string, ...words: string[]): string {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', ['-C', cwd, ...settings, ...words], { encoding: 'utf8', stdio: 'pipe' });
}

function makeRepository(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  git(path, 'init', '-q', '-b', 'main');
  git(path, 'config', 'user.name', 'a');
  git(path, 'config', 'user.email', 'a@example.com');
  writeFileSync(join(path, 'first'), '1');
  git(path, 'add', 'first');
  git(path, 'commit', '-qm', 'one');
  return path;
}

/** Where git works, and the git folder that a yes opens. */
interface Place {
  readonly work: string;
  readonly opens: string;
}

const places: Record<string, () => Place> = {
  'a repository': () => {
    const work = makeRepository('main');
    return { work, opens: join(work, '.git') };
  },
  'a linked worktree': () => {
    const main = makeRepository('main');
    git(main, 'worktree', 'add', '-q', '../side', '-b', 'side');
    return { work: join(folder.path, 'side'), opens: join(main, '.git') };
  },
  'a submodule': () => {
    const inner = makeRepository('inner');
    const outer = makeRepository('outer');
    git(outer, 'submodule', 'add', '-q', inner, 'sub');
    const work = join(outer, 'sub');
    git(work, 'config', 'user.name', 'a');
    git(work, 'config', 'user.email', 'a@example.com');
    return { work, opens: join(outer, '.git', 'modules', 'sub') };
  },
};

const TWO_COMMITS = `
echo 1 > n1; git add n1 && git commit -qm two && echo first done
echo 2 > n2; git add n2 && git commit -qm three && echo second done`;

/** A yes to the repository; whatever else is asked, such as its hooks by themselves, is a no. */
function openRepository({ kind }: Approval): ApprovalAnswer {
  return kind === 'cmd' ? allowSession : rejectWith('no');
}

/** What git obeys, and what a hostile program would put there. */
const INNER = ['hooks/pre-commit', 'config', 'config.worktree', 'info/attributes', 'commondir', 'gitdir'];

/** A `commondir` of its own would make another repository of it. */
function prepareInner(opens: string, isThere: boolean): void {
  for (const part of ['hooks', 'info']) rmSync(join(opens, part), { recursive: true, force: true });
  if (!isThere) return;
  for (const part of ['hooks/pre-commit', 'config.worktree', 'info/attributes']) {
    mkdirSync(join(opens, part, '..'), { recursive: true });
    writeFileSync(join(opens, part), '');
  }
}

function readInner(opens: string): (string | null)[] {
  return INNER.map((part) => {
    const path = join(opens, part);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  });
}

/** Writes it in place, and moves another file over it; says what worked. */
function attack(opens: string, part: string): string {
  const path = join(opens, part);
  return `mkdir -p ${join(path, '..')} 2> /dev/null
(echo evil > ${path}) 2> /dev/null && echo wrote ${part}
(echo evil > ${opens}/new; mv -f ${opens}/new ${path}) 2> /dev/null && echo moved ${part}`;
}

describe.each(Object.keys(places))('in %s', (name) => {
  test('commits work after one question, and no second one is asked', async () => {
    const { work, opens } = places[name]?.() ?? { work: '', opens: '' };
    const ran = await real.run(TWO_COMMITS, { cwd: work, answer: () => allowSession });
    expect(ran.stdout, ran.stderr).toBe('first done\nsecond done\n');
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[opens]]);
    expect(ran.questions[0]?.reasons.map(({ text }) => text).join(' ')).toContain('without its hooks');
    expect(git(work, 'log', '--format=%s')).toBe('three\ntwo\none\n');
    expect(git(work, 'status', '--porcelain')).toBe('');
    for (const part of ['config.worktree', 'commondir', 'gitdir'])
      expect(existsSync(join(opens, part))).toBe(false);
  });

  test.each([true, false])(
    'hooks and config stay as they are, there before: %s',
    async (isThere) => {
      const { work, opens } = places[name]?.() ?? { work: '', opens: '' };
      prepareInner(opens, isThere);
      const before = readInner(opens);
      const script = `echo 1 > n1; git add n1 && git commit -qm two && echo done
${INNER.map((part) => attack(opens, part)).join('\n')}
true`;
      const ran = await real.run(script, { cwd: work, answer: openRepository });
      expect(ran.stdout, ran.stderr).toBe('done\n');
      expect(readInner(opens)).toEqual(before);
      expect(git(work, 'log', '--format=%s', '-1')).toBe('two\n');
    },
    60_000,
  );
});

test('what linked worktrees obey stays as it is when their repository is opened', async () => {
  const main = makeRepository('main');
  git(main, 'worktree', 'add', '-q', '../side', '-b', 'side');
  const inner = join(main, '.git', 'worktrees', 'side');
  const before = readdirSync(inner).sort();
  const script = `git add first; git commit -q --allow-empty -m two && echo done
for part in commondir gitdir config.worktree config; do (echo /evil > .git/worktrees/side/$part) 2> /dev/null && echo wrote $part; done
(mv .git/worktrees/side .git/worktrees/old) 2> /dev/null && echo moved
true`;
  const ran = await real.run(script, { cwd: main, answer: openRepository });
  expect(ran.stdout, ran.stderr).toBe('done\n');
  expect(readdirSync(inner).sort()).toEqual(before);
  expect(readFileSync(join(inner, 'commondir'), 'utf8')).toBe('../..\n');
});

test('a script that commits by itself is asked about once too, with its repository', async () => {
  const main = makeRepository('main');
  writeFileSync(join(main, 'release.sh'), 'echo 1 > n1; git add n1; git commit -qm two; git tag v1\n');
  const ran = await real.run('sh ./release.sh && echo done', { cwd: main, answer: () => allowSession });
  expect(ran.stdout, ran.stderr).toBe('done\n');
  expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[join(main, '.git')]]);
  expect(git(main, 'tag')).toBe('v1\n');
});

test('a hook of the person runs behind the same wall', async () => {
  const main = makeRepository('main');
  const outside = join(folder.path, 'outside');
  writeFileSync(
    join(main, '.git/hooks/post-commit'),
    `#!/bin/sh\necho hook ran > ran; echo x > ${outside}\n`,
    {
      mode: 0o755,
    },
  );
  const script = 'git -c core.hooksPath=.git/hooks commit -q --allow-empty -m two; cat ran';
  const ran = await real.run(script, {
    cwd: main,
    answer: openRepository,
  });
  expect(ran.stdout, ran.stderr).toBe('hook ran\n');
  expect(existsSync(outside)).toBe(false);
});
