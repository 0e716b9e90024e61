import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspectRoots } from '../../../src/engine/sandbox/inspect-roots.ts';
import { OpenedPaths } from '../../../src/engine/sandbox/opened-paths.ts';
import { type ProtectPlan, planProtection } from '../../../src/engine/sandbox/protect.ts';

vi.setConfig({ testTimeout: 60_000 });

let base = '';
let opened: OpenedPaths;
let before: ProtectPlan;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-opened-')));
  mkdirSync(join(base, 'ws'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const planOf = (roots: readonly string[]) => planProtection({ roots, names: [], paths: [] });
/** Below the temporary folder; by default the workspace is the one root. */
function openSession(roots: readonly string[] = ['ws']): void {
  const real = roots.map((root) => join(base, root));
  opened = new OpenedPaths(real);
  before = planOf(real);
}
const grantGit = (path: string): void => opened.note(join(base, path), 'rw', null);
const grant = (path: string): void => opened.note(join(base, path), 'rw', planOf([join(base, path)]));
function write(path: string, text = 'x\n'): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}
async function look(roots: readonly string[] = ['ws'], openedFolders?: number): Promise<string[]> {
  const place = { roots: roots.map((root) => join(base, root)), opened: opened.list() };
  const findings = await inspectRoots(place, before, openedFolders);
  return findings.map(({ path, reason }) => `${path}: ${reason}`.replaceAll(`${base}/`, ''));
}
const sh = (script: string, folder = 'ws') =>
  execFileSync('/bin/bash', ['-c', script], {
    cwd: join(base, folder),
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      ...{ PATH: process.env['PATH'], HOME: base, GIT_CONFIG_NOSYSTEM: '1', GIT_EDITOR: 'true' },
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'a'],
          [`GIT_${who}_EMAIL`, 'a@b.c'],
        ]),
      ),
    },
  });

/** Two branches that do not fit together, on `side`. */
const DIVERGED = `git init -q -b main . && echo 1 > f && git add f && git commit -qm one && echo 2 > f && git commit -qam two
git checkout -q -b side HEAD~ && echo 3 > f && git commit -qam three && echo 4 > g && git add g && git commit -qm four`;
const PROGRAM = (mark: string) =>
  `mkdir -p git-merge-x && printf '#!/bin/sh\\ntouch ${mark}\\nexit 1\\n' > git-merge-x/evil && chmod +x git-merge-x/evil`;
const SETTLE = 'echo settled > f; git add f';

const changed = (path: string, words: string) =>
  `ws/.git/${path}: It was changed during the session, and git obeys ${words}.`;
const TODO = 'the commands of a rebase that is begun';
const STRATEGY = 'the merge program of a rebase that is begun';
const OPTIONS = 'the merge program of a cherry-pick or revert that is begun';

describe('what git goes on with in a git folder that was granted', () => {
  it.each([
    {
      name: 'a list of steps with a command',
      begin: 'git rebase main',
      prepare: "printf 'exec touch ran\\n' > .git/rebase-merge/git-rebase-todo",
      goOn: 'git rebase --continue',
      finding: changed('rebase-merge/git-rebase-todo', TODO),
    },
    {
      name: 'the same in short, behind spaces',
      begin: 'git rebase main',
      prepare: "printf '\\t x touch ran\\n' >> .git/rebase-merge/git-rebase-todo",
      goOn: 'git rebase --continue',
      finding: changed('rebase-merge/git-rebase-todo', TODO),
    },
    {
      name: 'a merge program in the work tree',
      begin: 'git rebase main',
      prepare: `${PROGRAM('ran')}; echo x/evil > .git/rebase-merge/strategy`,
      goOn: 'git rebase --continue',
      finding: changed('rebase-merge/strategy', STRATEGY),
    },
    {
      name: 'a merge program for a cherry-pick',
      begin: 'git checkout -q main; git cherry-pick side~1 side',
      prepare: `${PROGRAM('ran')}; printf '[options]\\nstrategy = x/evil\\n' > .git/sequencer/opts`,
      goOn: 'git cherry-pick --continue',
      finding: changed('sequencer/opts', OPTIONS),
    },
  ])('is named with $name, for it would run', async ({ begin, prepare, goOn, finding }) => {
    sh(DIVERGED);
    openSession();
    grantGit('ws/.git');
    sh(`${begin}; true`);
    expect(await look()).toEqual([]);
    sh(prepare);
    expect(await look()).toEqual([finding]);
    // it is one: whoever goes on runs it
    sh(`cp -r . ../trap; cd ../trap; ${SETTLE}; ${goOn}; true`);
    expect(existsSync(join(base, 'trap/ran'))).toBe(true);
    const [{ undo } = { undo: null }] = await inspectRoots(
      { roots: [join(base, 'ws')], opened: opened.list() },
      before,
    );
    sh(undo ?? 'exit 1', '.');
    expect(await look()).toEqual([]);
    sh(`${SETTLE}; ${goOn}; true`);
    expect(existsSync(join(base, 'ws/ran'))).toBe(false);
  });

  it.each([
    ['rebase-merge/strategy', 'ort\n', null],
    ['rebase-merge/strategy', 'x/evil', STRATEGY],
    ['rebase-merge/git-rebase-todo', '# a\n; exec b\npick 1 exec x\nupdate-ref refs/heads/x\n\n', null],
    ['rebase-merge/git-rebase-todo', 'pick 1\nwhatever newer git has\n', TODO],
    ['rebase-merge/git-rebase-todo', `pick 1\n${'#\n'.repeat(200_000)}`, TODO],
    ['rebase-merge/done', 'exec x\n', null],
    ['rebase-merge/git-rebase-todo.backup', 'exec x\n', null],
    ['sequencer/todo', 'exec x\n', null],
    ['sequencer/opts', '[options]\n\tno-commit = true\n\tstrategy = "ours"\n', null],
    ['sequencer/opts', '[options]\n\tstrategy\n', OPTIONS],
    ['sequencer/opts', '[options]\n\tcommand = x\n', OPTIONS],
    ['sequencer/opts', '[core]\n\tfsmonitor = x\n', OPTIONS],
    ['sequencer/opts', '[options\n', OPTIONS],
    ['BISECT_NAMES', " 'a b' 'it'\\''s'\n", null],
    [
      'BISECT_NAMES',
      "'a'; touch x\n",
      'the paths of a bisection, which older versions of git run as words of a shell',
    ],
    ['MERGE_MSG', 'exec x\n', null],
    ['objects/info/alternates', '/evil/objects\n', null],
  ])('%s with %j: %s', async (name, text, words) => {
    sh('git init -q .');
    openSession();
    grantGit('ws/.git');
    write(`ws/.git/${name}`, text);
    expect(await look()).toEqual(words === null ? [] : [changed(name, words)]);
  });

  it('is named with a remote in a file of its own, and with folders that lie elsewhere', async () => {
    sh('git init -q .; mkdir -p .git/branches');
    openSession();
    grantGit('ws/.git');
    write('ws/.git/remotes/origin', 'URL: helper::x\n');
    symlinkSync('../away', join(base, 'ws/.git/rebase-merge'));
    write('ws/away/strategy', 'ort\n');
    expect((await look()).sort()).toEqual([
      changed('rebase-merge', 'what is begun and lies elsewhere'),
      changed('remotes', 'a remote that is kept in a file of its own'),
    ]);
  });

  it('is not named when it was there before and is as it was', async () => {
    sh(`${DIVERGED}; git rebase main -x 'touch kept'; true`);
    openSession();
    grantGit('ws/.git');
    expect(await look()).toEqual([]);
    write('ws/.git/rebase-merge/git-rebase-todo', 'exec touch other\n');
    expect(await look()).toEqual([changed('rebase-merge/git-rebase-todo', TODO)]);
  });

  it('is looked at in linked worktrees, and when only a part of the git folder was granted', async () => {
    sh('git init -q . && git commit -q --allow-empty -m i && git worktree add -q ../side');
    openSession();
    mkdirSync(join(base, 'ws/.git/worktrees/side/rebase-merge'));
    grantGit('ws/.git/worktrees/side/rebase-merge');
    write('ws/.git/worktrees/side/rebase-merge/git-rebase-todo', 'exec x\n');
    expect(await look()).toEqual([changed('worktrees/side/rebase-merge/git-rebase-todo', TODO)]);
  });

  it('is looked at in new repositories, and in those that only a look protects', async () => {
    mkdirSync(join(base, 'ws/1/2/3/4/5/6/7'), { recursive: true });
    sh('git init -q 1/2/3/4/5/6/7');
    openSession();
    expect(before.checked).toHaveLength(1);
    sh('git init -q new');
    write('ws/new/.git/rebase-merge/git-rebase-todo', 'exec x\n');
    write('ws/1/2/3/4/5/6/7/.git/rebase-merge/git-rebase-todo', 'exec x\n');
    expect((await look()).sort()).toEqual([
      'ws/1/2/3/4/5/6/7/.git: Its hooks, its configuration or what it goes on with were changed, and git runs programs from them.',
      `ws/new/.git: It was made during the session, and git obeys ${TODO} in it.`,
    ]);
  });
});

const MONITOR = (folder: string) => `git init -q ${folder} && git -C ${folder} config core.fsmonitor x`;
const made = (path: string) =>
  `${path}/.git: It was made during the session, and git obeys "core.fsmonitor" in it.`;

describe('a folder outside the roots that was granted', () => {
  beforeEach(() => mkdirSync(join(base, 'out')));

  it.each([
    ['beside a workspace', ['ws']],
    ['in a session that only reads', []],
  ])('is looked at like a root, %s', async (_name, roots) => {
    sh(MONITOR('old'), 'out');
    symlinkSync('elsewhere', join(base, 'out/.agents'));
    openSession(roots);
    grant('out');
    expect(await look(roots)).toEqual([]);
    sh(`${MONITOR('new')}; git init -q plain; git init -q --bare b; git -C b config core.fsmonitor x`, 'out');
    write('out/.envrc');
    write('out/sub/.codex/config.toml');
    rmSync(join(base, 'out/.agents'));
    symlinkSync('other', join(base, 'out/.agents'));
    expect((await look(roots)).sort()).toEqual([
      'out/.agents: It led to elsewhere and was replaced.',
      'out/.envrc: It was made during the session, and direnv runs it when a shell enters the folder.',
      'out/b/HEAD: It makes its folder a bare repository, and git obeys "core.fsmonitor" there.',
      made('out/new'),
      'out/sub/.codex: It was made during the session, and Codex reads its configuration and rules from it.',
    ]);
  });

  it('is looked at too where it is a folder of settings itself', async () => {
    mkdirSync(join(base, 'out/.config/fish'), { recursive: true });
    mkdirSync(join(base, 'out/.config/systemd'), { recursive: true });
    openSession();
    grant('out/.config');
    expect(planOf([join(base, 'out/.config')]).readOnly).toContain(join(base, 'out/.config/fish'));
    grant('out/.config/systemd');
    write('out/.config/autostart/x');
    expect(await look()).toEqual([
      'out/.config/autostart: It was made during the session, and the desktop starts programs from it.',
    ]);
  });

  it('does not make known what was new in a folder inside it', async () => {
    openSession(['out/ws']);
    mkdirSync(join(base, 'out/ws'));
    before = planOf([join(base, 'out/ws')]);
    sh(`${MONITOR('evil')}; git init -q --bare b; git -C b config core.fsmonitor x`, 'out/ws');
    write('out/ws/.envrc');
    write('out/ws/sub/.codex/config.toml');
    const found = await look(['out/ws']);
    expect(found).toHaveLength(4);
    grant('out');
    expect(await look(['out/ws'])).toEqual(found);
    sh(MONITOR('more'), 'out');
    expect(await look(['out/ws'])).toEqual(expect.arrayContaining([...found, made('out/more')]));
  });

  it('was there as it was when it was opened first', async () => {
    openSession();
    grant('out');
    sh(MONITOR('evil'), 'out');
    grant('out');
    expect(await look()).toEqual([made('out/evil')]);
  });

  it('shares a bound with the others', async () => {
    openSession();
    for (const name of ['a', 'b', 'c']) mkdirSync(join(base, 'out', name));
    for (const name of ['a', 'b', 'c']) grant(`out/${name}`);
    for (const name of ['a', 'b', 'c'])
      for (let number = 0; number < 8; number++)
        mkdirSync(join(base, `out/${name}/${number}/sub`), { recursive: true });
    expect(await look()).toEqual([]);
    expect(await look(['ws'], 60)).toEqual([]);
    expect(await look(['ws'], 40)).toEqual([
      'out/c: It holds more repositories than could be looked at after the run: git may obey what is in the others.',
    ]);
  });
});
