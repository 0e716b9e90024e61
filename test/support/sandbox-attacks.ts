import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TO_THE_TOP } from '../../src/cli/escape-test/escape-case.ts';

/** Something a program behind the wall tries, and how the host sees whether it worked. */
export interface Attack {
  readonly id: string;
  /** For bash; `$BASE` is the folder of the test, the working folder is `$BASE/ws`. Ends by printing `ran`. */
  readonly script: string;
  /** Host-side look: true when the attack worked. */
  hasWorked(base: string): boolean;
  /** Works without a wall too seldom to be shown, e.g. because it needs to be root. */
  readonly isUnshown?: boolean;
}

const evil =
  (...parts: string[]) =>
  (base: string) =>
    existsSync(join(base, ...parts));
const changed =
  (...parts: string[]) =>
  (base: string) =>
    readFileSync(join(base, ...parts), 'utf8').includes('evil');

/** Writes out of the roots, and into what is protected below them. */
export const WRITE_ATTACKS: readonly Attack[] = [
  { id: 'direct write', script: 'echo evil > $BASE/outside/direct', hasWorked: evil('outside/direct') },
  {
    id: 'write through a link',
    script: 'ln -s $BASE/outside out; echo evil > out/linked',
    hasWorked: evil('outside/linked'),
  },
  {
    id: 'write through a hard link',
    script: 'ln $BASE/outside/file hard; echo evil >> hard',
    hasWorked: changed('outside/file'),
  },
  {
    id: 'write through /proc/self/root',
    script: 'echo evil > /proc/self/root$BASE/outside/proc',
    hasWorked: evil('outside/proc'),
  },
  {
    id: 'write through the working folder of the first process',
    script: `for p in /proc/[0-9]*; do echo evil > $p/root$BASE/outside/first; echo evil > $p/cwd${TO_THE_TOP}$BASE/outside/first; done`,
    hasWorked: evil('outside/first'),
  },
  {
    id: 'rename out of the root',
    script: 'echo evil > carried; mv carried $BASE/outside/carried',
    hasWorked: evil('outside/carried'),
  },
  {
    id: 'remove outside',
    script: 'rm -f $BASE/outside/doomed',
    hasWorked: (base) => !existsSync(join(base, 'outside/doomed')),
  },
  {
    id: 'change mode outside',
    script: 'chmod 777 $BASE/outside/file',
    hasWorked: (base) => (lstatSync(join(base, 'outside/file')).mode & 0o777) === 0o777,
  },
  {
    id: 'write a git hook',
    script: 'echo evil > .git/hooks/post-checkout',
    hasWorked: evil('ws/.git/hooks/post-checkout'),
  },
  {
    id: 'change git configuration',
    script: 'git config core.fsmonitor evil',
    hasWorked: changed('ws/.git/config'),
  },
  {
    id: 'git configuration by hard link',
    script: 'ln .git/config hardconfig; echo "#evil" >> hardconfig',
    hasWorked: changed('ws/.git/config'),
  },
  {
    id: 'move .git away',
    script: 'mv .git moved; mkdir -p .git/hooks; echo evil > .git/hooks/planted',
    hasWorked: evil('ws/.git/hooks/planted'),
  },
  {
    id: 'move the parent of a nested repository',
    script:
      'mv deep/nested away; mkdir -p deep/nested/.git/hooks; echo evil > deep/nested/.git/hooks/planted',
    hasWorked: evil('ws/deep/nested/.git/hooks/planted'),
  },
  {
    id: 'move the grandparent of a nested repository',
    script: 'mv deep away2; mkdir -p deep/nested/.git/hooks; echo evil > deep/nested/.git/hooks/planted2',
    hasWorked: evil('ws/deep/nested/.git/hooks/planted2'),
  },
  {
    id: 'swap the parent for a link',
    script:
      'mkdir -p fake/.git/hooks; echo evil > fake/.git/hooks/swapped; mv deep/nested gone; ln -s $PWD/fake deep/nested',
    hasWorked: evil('ws/deep/nested/.git/hooks/swapped'),
  },
  {
    id: 'write where a .git link leads',
    script: 'echo evil > real-git/hooks-evil',
    hasWorked: evil('ws/real-git/hooks-evil'),
  },
  {
    id: 'write the git folder of a worktree',
    script: 'echo evil > store/worktrees/tree/evil; echo evil > store/evil',
    hasWorked: (base) => evil('ws/store/worktrees/tree/evil')(base) || evil('ws/store/evil')(base),
  },
  {
    id: 'redirect a worktree',
    script: 'echo "gitdir: /evil" > tree/.git',
    hasWorked: changed('ws/tree/.git'),
  },
  ...['.agents', '.codex', '.sallyport'].map((name) => ({
    id: `make ${name}`,
    script: `mkdir -p ${name}; echo evil > ${name}/config`,
    hasWorked: evil('ws', name, 'config'),
  })),
  {
    id: 'replace a placeholder',
    script: 'rmdir .codex; mv .codex elsewhere; mkdir -p .codex; echo evil > .codex/config.toml',
    hasWorked: evil('ws/.codex/config.toml'),
  },
  {
    id: 'make .git in a second root',
    script: 'mkdir -p $BASE/more/.git/hooks; echo evil > $BASE/more/.git/hooks/planted',
    hasWorked: evil('more/.git/hooks/planted'),
  },
  {
    id: 'change editor tasks',
    script: 'echo evil > .vscode/tasks.json',
    hasWorked: changed('ws/.vscode/tasks.json'),
  },
  {
    id: 'replace the folder of editor tasks',
    script: 'mv .vscode old; mkdir .vscode; echo evil > .vscode/tasks.json',
    hasWorked: changed('ws/.vscode/tasks.json'),
  },
  {
    id: 'change .envrc',
    script: 'echo evil > new-envrc; mv new-envrc .envrc',
    hasWorked: changed('ws/.envrc'),
  },
  {
    id: 'undo the mounts',
    script:
      'umount -l .git; umount -l /; mount -o remount,rw,bind /; mount -o remount,rw,bind .git; echo evil > .git/hooks/umounted; echo evil > $BASE/outside/umounted',
    hasWorked: (base) => evil('ws/.git/hooks/umounted')(base) || evil('outside/umounted')(base),
  },
  {
    id: 'a user namespace of its own',
    script:
      'unshare -Urm bash -c "mount --bind /tmp .git; umount .git; mount -o remount,rw,bind /; echo evil > $BASE/outside/userns"; bwrap --bind / / bash -c "echo evil > $BASE/outside/bwrap"',
    hasWorked: (base) => evil('outside/userns')(base) || evil('outside/bwrap')(base),
  },
  {
    id: 'write through inherited descriptors',
    script: `python3 - <<'EOF'
import os
for fd in range(3, 256):
    try: os.close(os.open("inherited", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    except OSError: pass
EOF`,
    hasWorked: evil('outside/inherited'),
  },
  {
    id: 'a file handle of the host',
    script: `python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
handle = ctypes.create_string_buffer(136); handle[0:4] = (128).to_bytes(4, "little"); mount = ctypes.c_int()
libc.name_to_handle_at(-100, os.environ["BASE"].encode() + b"/outside/file", handle, ctypes.byref(mount), 0)
fd = libc.open_by_handle_at(os.open(os.environ["BASE"] + "/ws", os.O_RDONLY), handle, os.O_WRONLY | os.O_APPEND)
if fd >= 0: os.write(fd, b"evil")
EOF`,
    hasWorked: changed('outside/file'),
    isUnshown: true,
  },
];

/** Fills `base` with what the attacks aim at. */
export function layOutTargets(base: string): void {
  const folders = [
    'home',
    'outside',
    'more',
    'ws/deep/nested/.git/hooks',
    'ws/real-git',
    'ws/linked',
    'ws/.vscode',
    'ws/seed',
  ];
  for (const folder of folders) mkdirSync(join(base, folder), { recursive: true });
  const write = (path: string, text: string) => writeFileSync(join(base, path), text);
  write('outside/file', 'original\n');
  write('outside/doomed', 'original\n');
  write('ws/.envrc', 'original\n');
  write('ws/.vscode/tasks.json', '{}\n');
  const git = (folder: string, ...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...words], {
      cwd: join(base, folder),
    });
  git('ws', 'init', '-q');
  for (const name of ['HEAD', 'config']) writeFileSync(join(base, 'ws/real-git', name), '');
  symlinkSync('../real-git', join(base, 'ws/linked/.git'));
  git('ws/seed', 'init', '-q', '--separate-git-dir', '../store');
  git('ws/seed', 'commit', '-q', '--allow-empty', '-m', 'first');
  git('ws/seed', 'worktree', 'add', '-q', '../tree');
}
