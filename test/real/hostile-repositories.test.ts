import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

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
