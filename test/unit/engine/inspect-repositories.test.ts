import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspectRoots } from '../../../src/engine/sandbox/inspect-roots.ts';
import { listEntries } from '../../../src/engine/sandbox/list-entries.ts';
import { OpenedPaths } from '../../../src/engine/sandbox/opened-paths.ts';
import { type ProtectPlan, planProtection } from '../../../src/engine/sandbox/protect.ts';

vi.setConfig({ testTimeout: 60_000 });

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-inspect-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const plan = () => planProtection({ roots: [root], names: [], paths: [] });
const sh = (script: string) =>
  execFileSync('/bin/bash', ['-ec', script], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'a'],
          [`GIT_${who}_EMAIL`, 'a@b.c'],
        ]),
      ),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'protocol.file.allow',
      GIT_CONFIG_VALUE_0: 'always',
    },
  });
/** Paths below the root with their reasons. */
const look = async (before: ProtectPlan, opened: string[] = []) => {
  const granted = new OpenedPaths([root]);
  for (const path of opened) granted.note(join(root, path), 'rw', null);
  const findings = await inspectRoots({ roots: [root], opened: granted.list() }, before);
  return findings.map(
    ({ path, reason }) => `${path.slice(root.length + 1)}: ${reason.replaceAll(`${root}/`, '')}`,
  );
};
const obeys = (path: string, words: string) =>
  `${path}: It was made during the session, and git obeys ${words} in it.`;
const leads = (path: string, where: string) =>
  `${path}: It was made during the session, and leads git to ${where}.`;
const bare = (path: string, words: string) =>
  `${path}: It makes its folder a bare repository, and git obeys ${words} there.`;

const REPOSITORY = (name: string) => `git init -q ${name}; git -C ${name} commit -q --allow-empty -m i`;
const MONITOR = (config: string) => `printf '[core]\\n\\tfsmonitor = "touch x"\\n' >> ${config}`;

describe('a repository that appeared', () => {
  it.each([
    [
      'a file that leads to a folder of another name',
      `${REPOSITORY('a')}; mv a/.git evil; echo 'gitdir: ../evil' > a/.git`,
      leads('a/.git', 'evil'),
    ],
    ['a file that leads nowhere yet', "mkdir a; echo 'gitdir: ../evil' > a/.git", leads('a/.git', 'evil')],
    ['a link', `${REPOSITORY('a')}; mv a/.git evil; ln -s ../evil a/.git`, leads('a/.git', 'evil')],
    [
      'a file that leads to the folder of another repository',
      `${REPOSITORY('a')}; mkdir b; echo 'gitdir: ../a/.git' > b/.git`,
      leads('b/.git', 'a/.git'),
    ],
    [
      'a way through what the kernel shows',
      "mkdir a; echo 'gitdir: /proc/self/cwd/evil' > a/.git",
      'a/.git: It was made during the session, and is no .git that git makes.',
    ],
    [
      'a way back through a link',
      "mkdir a; ln -s /proc/self/cwd a/l; echo 'gitdir: l/../evil' > a/.git",
      'a/.git: It was made during the session, and is no .git that git makes.',
    ],
    [
      'a pipe',
      'mkdir a; mkfifo a/.git',
      'a/.git: It was made during the session, and is no .git that git makes.',
    ],
    [
      'a commondir',
      `${REPOSITORY('a')}; echo ../../evil > a/.git/commondir`,
      'a/.git: It was made during the session, and makes git take its configuration from evil.',
    ],
    [
      'a worktree that takes its configuration elsewhere',
      `${REPOSITORY('a')}; git -C a worktree add -q ../b; echo ../../../../evil > a/.git/worktrees/b/commondir`,
      'b/.git: It was made during the session, and makes git take its configuration from evil.',
    ],
    [
      'a configuration of a worktree',
      `${REPOSITORY('a')}; git -C a worktree add -q ../b; git -C b config extensions.worktreeConfig true; git -C b config --worktree core.fsmonitor x`,
      obeys('b/.git', '"core.fsmonitor"'),
    ],
    [
      'a section on the line of another',
      `${REPOSITORY('a')}; echo '[a][core] fsmonitor=x' >> a/.git/config`,
      obeys('a/.git', '"core.fsmonitor"'),
    ],
    [
      'a comment that ends in a backslash',
      `${REPOSITORY('a')}; printf '# hm \\\\\\n[core]\\nfsmonitor=x\\n' >> a/.git/config`,
      obeys('a/.git', '"core.fsmonitor"'),
    ],
    [
      'an even number of backslashes',
      `${REPOSITORY('a')}; printf '[user]\\nname = a\\\\\\\\\\n[core]\\nfsmonitor=x\\n' >> a/.git/config`,
      obeys('a/.git', '"core.fsmonitor"'),
    ],
    [
      'a command for archives',
      `${REPOSITORY('a')}; git -C a config tar.tgz.command x`,
      obeys('a/.git', '"tar.tgz.command"'),
    ],
    [
      'a hook of newer git',
      `${REPOSITORY('a')}; git -C a config hook.x.command x`,
      obeys('a/.git', '"hook.x.command"'),
    ],
    [
      'a configuration that git does not read either',
      `${REPOSITORY('a')}; echo '[core' >> a/.git/config`,
      obeys('a/.git', 'a configuration that is not plainly one'),
    ],
    [
      'a name that is too long',
      `${REPOSITORY('a')}; printf '[diff "%0300d"]\\nx\\n' 0 >> a/.git/config`,
      obeys('a/.git', 'a name of more than 256 bytes'),
    ],
    [
      'a configuration that is a link',
      `${REPOSITORY('a')}; mv a/.git/config c; ln -s ../../c a/.git/config`,
      obeys('a/.git', 'something that cannot be read'),
    ],
    [
      'hooks that are a link',
      `${REPOSITORY('a')}; rm -rf a/.git/hooks; mkdir h; ln -s ../../h a/.git/hooks`,
      obeys('a/.git', 'hooks that lie elsewhere'),
    ],
    [
      'a submodule that is not checked out',
      `${REPOSITORY('a')}; mkdir -p a/.git/modules/x/y; ${MONITOR('a/.git/modules/x/y/config')}`,
      obeys('a/.git', '"core.fsmonitor"'),
    ],
  ])('is named with %s', async (_name, script, finding) => {
    const before = plan();
    sh(script);
    expect(await look(before)).toEqual([finding]);
  });

  it.each([
    ['at the top of a folder', 'git init -q --bare f', 'f'],
    ['below folders', 'mkdir -p x/y; git init -q --bare x/y/f', 'x/y/f'],
    [
      'whose parts are links',
      'git init -q --bare o/.git; mkdir f; cp o/.git/HEAD f; cp o/.git/config f; ln -s ../o/.git/objects ../o/.git/refs f',
      'f',
    ],
  ])('is named with a bare layout %s', async (_name, script, folder) => {
    const before = plan();
    sh(script);
    expect(await look(before)).toEqual([]);
    sh(MONITOR(`${folder}/config`));
    expect(await look(before)).toEqual([bare(`${folder}/HEAD`, '"core.fsmonitor"')]);
  });

  it('is named with a layout that has its parts elsewhere', async () => {
    const before = plan();
    sh(`${REPOSITORY('a')}; mkdir f; cp a/.git/HEAD f; echo ../a/.git > f/commondir`);
    expect(await look(before)).toEqual([
      'f/HEAD: It was made during the session, and makes git take its configuration from a/.git.',
    ]);
  });

  it('is put out of use by the line that is given', async () => {
    const before = plan();
    sh(
      `git init -q --bare f; ${MONITOR('f/config')}; ${REPOSITORY('a')}; ${MONITOR('a/.git/config')}; mkdir -p s/.codex; echo x > s/.codex/config.toml`,
    );
    const findings = await inspectRoots({ roots: [root], opened: [] }, before);
    expect(findings).toHaveLength(3);
    for (const { undo } of findings) sh(undo ?? 'exit 1');
    expect(await look(before)).toEqual([]);
    expect(readFileSync(join(root, 's/.codex.put-aside/config.toml'), 'utf8')).toBe('x\n');
  });

  it('cannot write to the screen by its names', async () => {
    const before = plan();
    sh(`${REPOSITORY('a')}; printf '[diff "\\033[2J"]\\ncommand = x\\n' >> a/.git/config`);
    expect(await look(before)).toEqual([obeys('a/.git', '"diff.⟨U+001B⟩[2J.command"')]);
  });
});

describe('ordinary work', () => {
  it('is silent in new repositories', async () => {
    const before = plan();
    sh(`
      ${REPOSITORY('one')}
      git clone -q one two && git -C two remote add other /nowhere && git -C two branch --track side origin/HEAD
      git clone -q --bare one three.git && git clone -q --mirror one four.git && git -C three.git worktree add -q ../five
      git -C two submodule --quiet add ../one sub/inner && git -C two commit -qm s
      git clone -q --recurse-submodules two six && git -C six submodule --quiet update --init --recursive
      git -C two worktree add -q ../seven && git -C six/sub/inner worktree add -q ../../../eight
      git -C one sparse-checkout set d && git -C one config core.autocrlf input && git -C one branch -q -m trunk
      git init -q --object-format=sha256 nine
    `);
    expect(await look(before)).toEqual([]);
  });

  it('is silent in repositories that were there, whatever they obey', async () => {
    sh(`
      ${REPOSITORY('.')}; ${REPOSITORY('two')}; git submodule --quiet add ./two sub; git init -q --bare b.git
      for git in .git two/.git .git/modules/sub b.git; do git --git-dir=$git config filter.lfs.clean 'git-lfs clean'; done
      echo > b.git/hooks/update; mkdir -p package/.agents; echo x > package/.agents/x
    `);
    const before = plan();
    sh(`
      git worktree add -q new; git -C sub worktree add -q ../newer; git -C two push -q ../b.git HEAD:x
      git -C two commit -q --allow-empty -m j; mkdir -p other/.codex
    `);
    expect(await look(before, ['.git', 'two/.git', '.git/modules/sub'])).toEqual([]);
    sh('git -C b.git config core.pager x; echo y > package/.agents/x');
    expect(await look(before)).toEqual([
      'b.git/HEAD: Its hooks, its configuration or what it goes on with were changed, and git runs programs from them.',
      'package/.agents: It was changed during the session, and agents read instructions and skills from it.',
    ]);
  });
});

describe('what was prepared', () => {
  it('is looked at when a file that led nowhere leads to something', async () => {
    sh("mkdir a; echo 'gitdir: ../evil' > a/.git");
    const before = plan();
    sh('git init -q --bare evil');
    expect(await look(before)).toEqual([leads('a/.git', 'evil')]);
  });

  it('is named where settings appeared in an ordinary folder', async () => {
    const before = plan();
    sh(
      'mkdir -p sub/.sallyport a/.codex b c; echo x > sub/.sallyport/config.toml; ln -s ../a b/.agents; echo x > c/.codex',
    );
    const reason = 'It was made during the session, and';
    expect((await look(before)).sort()).toEqual([
      `b/.agents: ${reason} agents read instructions and skills from it.`,
      `sub/.sallyport: ${reason} the project layer of the configuration and the rules live in it.`,
    ]);
  });

  it.each(['2', '4'])(
    'is found by the index (version %s) where nothing is searched, when a git folder was open',
    async (version) => {
      sh(`${REPOSITORY('.')}; ${REPOSITORY('node_modules/old')}; ${MONITOR('node_modules/old/.git/config')}`);
      const old = new Date(Date.now() - 60_000);
      utimesSync(join(root, 'node_modules/old/.git'), old, old);
      const before = plan();
      sh(`${REPOSITORY('node_modules/k')}; git update-index --index-version ${version}
      id=$(git rev-parse HEAD); for name in k old gone; do git update-index --add --cacheinfo 160000,$id,node_modules/$name; done
      ${MONITOR('node_modules/k/.git/config')}`);
      expect(await look(before)).toEqual([]);
      // what is older than the session is not its doing
      const later = { ...before, lookedAtMs: Date.now() + 60_000 };
      expect(await look(later, ['.git'])).toEqual([]);
      expect(await look(before, ['.git'])).toContain(obeys('node_modules/k/.git', '"core.fsmonitor"'));
      writeFileSync(join(root, '.git/index'), 'DIRC????');
      expect(await look(before, ['.git'])).toEqual([
        '.git/index: It is no plain index, so that the submodules it names were not looked at.',
      ]);
    },
  );
});

describe('the cost of a look', () => {
  it('is bounded, and the rest is one finding', async () => {
    const before = plan();
    const config = `[user]\n${'name = x\n'.repeat(7000)}`;
    for (let number = 0; number < 150; number++) {
      mkdirSync(join(root, `r${number}/.git`), { recursive: true });
      writeFileSync(join(root, `r${number}/.git/config`), config);
    }
    expect(await look(before)).toEqual([
      ': It holds more repositories than could be looked at after the run: git may obey what is in the others.',
    ]);
  });

  it('is bounded in what is told', async () => {
    const before = plan();
    for (let number = 0; number < 250; number++) {
      mkdirSync(join(root, `r${number}`));
      symlinkSync('../evil', join(root, `r${number}/.git`));
    }
    expect(await look(before)).toHaveLength(201);
  });

  it('gives way while it looks', async () => {
    for (let number = 0; number < 3000; number++)
      mkdirSync(join(root, `a${number % 50}/b${number}`), { recursive: true });
    const before = plan();
    let turns = 0;
    const looking = look(before);
    const count = (): void => {
      turns += 1;
      if (isLooking) setImmediate(count);
    };
    let isLooking = true;
    count();
    expect(await looking).toEqual([]);
    isLooking = false;
    expect(turns).toBeGreaterThan(2);
  });

  it('reads a folder only up to a number of entries', () => {
    for (let number = 0; number < 20; number++) writeFileSync(join(root, `f${number}`), '');
    expect(listEntries(root, 20)).toMatchObject({ isCut: false });
    expect(listEntries(root, 20).entries).toHaveLength(20);
    expect(listEntries(root, 7).isCut).toBe(true);
    expect(listEntries(root, 7).entries).toHaveLength(7);
    renameSync(root, `${root}-gone`);
    expect(listEntries(root, 7)).toEqual({ entries: [], isCut: false });
    renameSync(`${root}-gone`, root);
  });
});
