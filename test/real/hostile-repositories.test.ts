import { execSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowSession, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 60_000 });

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
let outside: ReturnType<typeof makeFolder>;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('hostile-repository', '/var/tmp');
  outside = makeFolder('outside', '/var/tmp');
});
afterEach(() => {
  folder.remove();
  outside.remove();
});

const IDENTITY = '-c user.name=a -c user.email=a@b.c';

/** Makes `evil`, in which the least question to git runs a program: its index needs an object that is to be fetched. */
const makeTrap = (mark: string): string => `
git init -q evil && cd evil && mkdir d && echo x > d/f && echo foo > foo && git add . && git ${IDENTITY} commit -qm i
git sparse-checkout init --cone --sparse-index
tree=$(git rev-parse HEAD:d); rm -f .git/objects/\${tree:0:2}/\${tree:2}
git config core.repositoryformatversion 1
git config extensions.partialClone origin
git config remote.origin.promisor true
git config remote.origin.url /nowhere
git config remote.origin.uploadpack 'echo run >> ${mark}; false'
`;

/** Below a program whose doings are not read, so that none of its lines is a step of its own. */
function build(text: string): string {
  writeFileSync(join(folder.path, 'build.sh'), text);
  writeFileSync(join(folder.path, 'build.py'), "import subprocess; subprocess.run(['bash', 'build.sh'])");
  return '/usr/bin/python3 build.py';
}

describe('a repository that an agent has made', () => {
  it('runs nothing outside when what lies in it is judged, and is named after the run', async () => {
    const mark = join(outside.path, 'ran');
    const script = `${build(makeTrap(mark))}; cd evil; rm foo; true`;
    const { result, stderr, questions } = await real.run(script, { cwd: folder.path, policy: 'never' });
    expect([result.exitCode, questions.length]).toEqual([0, 0]);
    expect(existsSync(join(folder.path, 'evil', '.git', 'index'))).toBe(true);
    expect(existsSync(join(folder.path, 'evil', 'foo'))).toBe(false);
    expect(existsSync(mark)).toBe(false);
    expect(stderr).toContain(
      `look at ${join(folder.path, 'evil', '.git')}: It was made during the session, and git obeys "extensions.partialclone" in it.`,
    );
    expect(stderr).toContain(`mv -n -- ${join(folder.path, 'evil', '.git')} `);
    // the trap is one: whoever asks git there goes for the object
    const again = await real.run('cd evil; rm -f gone; git ls-files 2>&1; true', {
      cwd: folder.path,
      policy: 'never',
    });
    expect(again.stdout).toMatch(/Could not read [0-9a-f]{40}/);
    expect(existsSync(mark)).toBe(false);
  });

  it('is not named when it is an ordinary one', async () => {
    const script = build(`
      git init -q one && git -C one ${IDENTITY} commit -q --allow-empty -m i
      git clone -q one two && git -C two remote add other /nowhere && git -C two branch side
      git -C one -c protocol.file.allow=always submodule --quiet add "$PWD/two" sub
      git -C one worktree add -q ../three
    `);
    const { result, stderr } = await real.run(script, { cwd: folder.path, policy: 'never' });
    expect([result.exitCode, stderr]).toEqual([0, '']);
    expect(existsSync(join(folder.path, 'two', '.git'))).toBe(true);
  });

  it('is named when a work tree leads to it, and the index that was open leads git there', async () => {
    const mark = join(outside.path, 'ran');
    const trap = build(`
      mkdir -p evil/objects evil/refs/heads sub && echo 'ref: refs/heads/x' > evil/HEAD
      printf '[core]\\nrepositoryformatversion=0\\nbare=false\\nworktree=../sub\\nfsmonitor="touch ${mark}; false"\\n' > evil/config
      echo 'gitdir: ../evil' > sub/.git; echo x > sub/f
    `);
    const git = (words: string) => execSync(`git ${words}`, { cwd: folder.path, encoding: 'utf8' });
    git(`init -q . && git ${IDENTITY} commit -q --allow-empty -m i`);
    const { stderr, questions } = await real.run(
      `${trap}; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub`,
      { cwd: folder.path, answer: () => allowSession },
    );
    expect(questions).not.toEqual([]);
    expect(git('ls-files --stage')).toMatch(/^160000 .*\tsub$/m);
    expect(existsSync(mark)).toBe(false);
    const pointer = join(folder.path, 'sub', '.git');
    expect(stderr).toContain(
      `look at ${pointer}: It was made during the session, and leads git to ${join(folder.path, 'evil')}. To undo it: mv -n -- ${pointer} ${pointer}.put-aside`,
    );
    expect(stderr).toContain(
      `look at ${join(folder.path, 'evil', 'HEAD')}: It makes its folder a bare repository`,
    );
    // the trap is one: so the person's own git runs it
    try {
      git('status --short');
    } catch {
      // it may fail in what it found there
    }
    expect(existsSync(mark)).toBe(true);
  });

  it('is told with settings for a later session in an ordinary folder', async () => {
    const script = build(
      'mkdir -p sub/.sallyport; echo \'approval_policy = "never"\' > sub/.sallyport/config.toml',
    );
    const { stderr } = await real.run(script, { cwd: folder.path, policy: 'never' });
    expect(stderr).toContain(
      `look at ${join(folder.path, 'sub', '.sallyport')}: It was made during the session, and the project layer`,
    );
  });

  it('does not hold up the engine, however much there is to read', async () => {
    const make = `import os
for number in range(300):
    for inner in ('objects', 'refs'): os.makedirs('r%d/.git/%s' % (number, inner))
    open('r%d/.git/config' % number, 'w').write('[diff "' + 'a' * 250 + '"]\\n' + '[user]\\nname = x\\n' * 3500)
    open('r%d/.git/HEAD' % number, 'w').write('ref: refs/heads/x\\n')
`;
    writeFileSync(join(folder.path, 'make.py'), make);
    const { result, stderr } = await real.run('/usr/bin/python3 make.py', {
      cwd: folder.path,
      policy: 'never',
    });
    expect(result.exitCode).toBe(0);
    expect(stderr).toContain(`look at ${folder.path}: It holds more repositories than could be looked at`);
  });

  it.each([
    ['a hook', 'printf "#!/bin/sh\\n" > new/.git/hooks/post-commit', 'the hook post-commit'],
    ['a filter', "git -C new config filter.x.clean 'touch y'", '"filter.x.clean"'],
    [
      'a monitor, on the line of its section',
      "echo '[CORE] FsMonitor=/x' >> new/.git/config",
      '"core.fsmonitor"',
    ],
    ['an included file', 'git -C new config include.path ../../x', '"include.path"'],
    [
      'a configuration that cannot be read',
      'rm new/.git/config; mkfifo new/.git/config',
      'something that cannot be read',
    ],
  ])('is named with %s', async (_name, command, words) => {
    const script = build(`git init -q new; ${command}`);
    const { stderr } = await real.run(script, { cwd: folder.path, policy: 'never' });
    expect(stderr).toContain(`new/.git: It was made during the session, and git obeys ${words} in it.`);
  });
});

describe('what was granted', () => {
  it('is named when git would go on with a command in it', async () => {
    const mark = join(outside.path, 'ran');
    const git = (words: string) =>
      execSync(`git ${IDENTITY} ${words}`, {
        cwd: folder.path,
        encoding: 'utf8',
        stdio: 'pipe',
        env: { ...process.env, GIT_EDITOR: 'true' },
      });
    git(`init -q . && echo 1 > f && git add f && git ${IDENTITY} commit -qm one`);
    git(`commit -q --allow-empty -m two`);
    const script = build(
      `git ${IDENTITY} -c sequence.editor='sed -i 1s/pick/edit/' rebase -q -i HEAD~; echo 'exec touch ${mark}' >> .git/rebase-merge/git-rebase-todo`,
    );
    const { stderr, questions } = await real.run(script, { cwd: folder.path, answer: () => allowSession });
    expect(questions).not.toEqual([]);
    const todo = join(folder.path, '.git/rebase-merge/git-rebase-todo');
    expect(stderr).toContain(
      `look at ${todo}: It was changed during the session, and git obeys the commands of a rebase that is begun. To undo it: mv -n -- ${todo} ${todo}.put-aside`,
    );
    expect(existsSync(mark)).toBe(false);
    // the trap is one
    git('rebase --continue');
    expect(existsSync(mark)).toBe(true);
  });

  it.each(['workspace-write', 'read-only'])(
    'outside the workspace is looked at in a %s session',
    async (sandbox) => {
      const script = build(
        `cd ${outside.path} && git init -q new && git -C new config core.fsmonitor x; echo x > .envrc`,
      );
      const { stderr, questions } = await real.run(script, {
        cwd: folder.path,
        sandbox,
        answer: () => allowSession,
      });
      expect(questions).not.toEqual([]);
      expect(existsSync(join(outside.path, '.envrc'))).toBe(true);
      expect(stderr).toContain(
        `look at ${join(outside.path, 'new', '.git')}: It was made during the session, and git obeys "core.fsmonitor" in it.`,
      );
      expect(stderr).toContain(`look at ${join(outside.path, '.envrc')}: It was made during the session`);
    },
  );
});
