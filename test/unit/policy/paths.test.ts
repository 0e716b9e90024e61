import { describe, expect, it } from 'vitest';
import { classifyPath, MAX_NAMED_PATHS, namedPaths, type PathClass } from '../../../src/policy/index.ts';
import type { ConfigSnapshot } from '../../../src/protocol/index.ts';
import { makeSnapshot, makeSteps, WORKSPACE } from './judge-fixture.ts';

type ClassRow = [path: string, found: PathClass, changes?: Partial<ConfigSnapshot>];

const CLASSES: ClassRow[] = [
  [WORKSPACE, 'inside'],
  [`${WORKSPACE}/src/a.ts`, 'inside'],
  [`${WORKSPACE}-other/a.ts`, 'outside'],
  ['/home/u', 'outside'],
  ['/', 'outside'],
  [`${WORKSPACE}/.git`, 'protected'],
  [`${WORKSPACE}/.git/hooks/pre-commit`, 'protected'],
  [`${WORKSPACE}/vendor/lib/.git/config`, 'protected'],
  [`${WORKSPACE}/.GIT/config`, 'protected'],
  [`${WORKSPACE}/.gitignore`, 'inside'],
  [`${WORKSPACE}/.codex`, 'protected'],
  [`${WORKSPACE}/.envrc`, 'protected'],
  [`${WORKSPACE}/.envrc.sample`, 'inside'],
  ['/home/u/.ssh', 'secret'],
  ['/home/u/.ssh/id_ed25519', 'secret'],
  ['/home/u/.sshd', 'outside'],
  ['/home/u/.ssh/id_ed25519', 'outside', { protectSecrets: false }],
  [`${WORKSPACE}/.aws/key`, 'secret', { secretPaths: [`${WORKSPACE}/.aws`] }],
  ['/tmp/a', 'scratch'],
  ['/tmp', 'scratch'],
  ['/tmpfile', 'outside'],
  ['/dev/shm/a', 'scratch'],
  ['/tmp/a', 'inside', { tmp: 'shared' }],
  ['/tmp/a', 'outside', { tmpWritable: false }],
  ['/tmp/a', 'outside', { tmp: 'shared', tmpWritable: false }],
  ['/tmp/a', 'scratch', { sandboxMode: 'read-only', tmpWritable: false }],
  ['/tmp/work/a', 'inside', { writableRoots: ['/tmp/work'] }],
  [
    '/tmp/work/a',
    'outside',
    { sandboxMode: 'read-only', workspace: '/tmp/work', writableRoots: [], tmpWritable: false },
  ],
  ['/tmp/work/.git/a', 'protected', { writableRoots: ['/tmp/work'] }],
  ['/dev/null', 'device'],
  ['/dev/pts/3', 'device'],
  ['/dev/sda', 'outside'],
  [`${WORKSPACE}/src/a.ts`, 'outside', { sandboxMode: 'read-only' }],
  ['/etc/passwd', 'inside', { sandboxMode: 'danger-full-access' }],
  ['/home/u/.ssh/id_ed25519', 'inside', { sandboxMode: 'danger-full-access' }],
  [`${WORKSPACE}/.git/config`, 'protected', { sandboxMode: 'danger-full-access', writableRoots: [] }],
  ['/srv/.git/config', 'protected', { sandboxMode: 'danger-full-access', writableRoots: ['/'] }],
  [
    '/home/u/.codex/worktrees/a/b.ts',
    'inside',
    { workspace: '/home/u/.codex/worktrees/a', writableRoots: ['/home/u/.codex/worktrees/a'] },
  ],
];

describe('classifyPath', () => {
  it.each(CLASSES)('%s is %s', (path, found, changes) => {
    expect(classifyPath(path, makeSnapshot(changes))).toBe(found);
  });
});

/** What a command names, as `use:text`. */
const NAMES: [command: string, names: string[]][] = [
  ['rm -rf dist "a b" -- -x', ['delete:dist', 'delete:a b', 'delete:-x']],
  ['rm ~/a "$HOME/b" $HOME/c "$PWD/d"', ['delete:~/a', 'delete:~/b', 'delete:~/c', 'delete:./d']],
  ["rm '~/a'", ['delete:./~/a']],
  ['rm *.log build/* "/etc/$X" $Y "$Z/q" {/etc,a}/b', ['write:.', 'write:build', 'write:/etc']],
  ['cat ~/.ssh/*', ['read:~/.ssh']],
  ['echo hi > a.txt 2>> b.txt < c.txt', ['write:a.txt', 'write:b.txt', 'read:c.txt']],
  ['echo hi > /dev/null 2>&1', []],
  ['cp a b c', ['read:a', 'read:b', 'write:c']],
  ['cp -t dir a b', ['write:dir', 'read:a', 'read:b']],
  ['mv a b', ['delete:a', 'write:b']],
  ['ln -s /etc/passwd link', ['write:link']],
  ['mkdir -p -m 700 a/b', ['write:a/b']],
  ['chmod -R 777 a', ['write:a']],
  ['chown u:u a', ['write:a']],
  ['dd if=a of=/dev/sda bs=1M', ['read:a', 'write:/dev/sda']],
  ['sed -i s/a/b/ f', ['write:f']],
  ['sed -e s/a/b/ f', ['read:f']],
  ['grep -rn pattern src', ['read:src']],
  ['grep -r -e pattern src', ['read:src']],
  ['sort -o out in', ['write:out', 'read:in']],
  ['tar czf out.tgz src', ['write:out.tgz', 'read:src']],
  ['tar -x -f in.tgz -C /opt', ['read:in.tgz', 'write:/opt']],
  ['tar --create --file=out.tar src', ['write:out.tar', 'read:src']],
  ['find src lib -name x -delete', ['delete:src', 'delete:lib']],
  ['find -name x', ['read:.']],
  ['curl -o out -d @data https://host.example/', ['write:out', 'read:data']],
  ['curl --output=out -Tfile https://host.example/', ['write:out', 'read:file']],
  ['scp -i key a host:/b', ['read:key', 'read:a']],
  ['rsync -a --delete src/ host:/b', ['read:src/']],
  ['tee -a log', ['write:log']],
  ['git rm a', ['write:.git', 'delete:a']],
  ['git -C sub -c a.b=c commit -m x', ['write:sub/.git']],
  ['git --git-dir=/srv/repo add a', ['write:/srv/repo']],
  ['git branch', []],
  ['git branch -D topic', ['write:.git']],
  ['git stash list', []],
  ['git status', []],
  ['$V -rf dist', []],
  ['make all', []],
];

describe('namedPaths', () => {
  it.each(NAMES)('%s', (command, names) => {
    const [step] = makeSteps(command);
    const found = namedPaths(step).map((path) => `${path.use}:${path.text}`);
    expect(found.filter((name) => !/\.\.\/.*\.git$/.test(name)).sort()).toEqual([...names].sort());
  });

  it('names the folders above as places of a repository', () => {
    const [step] = makeSteps('git add a');
    expect(namedPaths(step).map((path) => path.text)).toContain('../.git');
  });

  it('is bounded', () => {
    const [step] = makeSteps(`touch ${Array.from({ length: 100 }, (_, index) => `f${index}`).join(' ')}`);
    expect(namedPaths(step).length).toBe(MAX_NAMED_PATHS);
  });
});
