import { describe, expect, it } from 'vitest';
import {
  type BubblewrapPlan,
  bubblewrapArguments,
  pinsOf,
} from '../../../src/engine/sandbox/bubblewrap-arguments.ts';

const PLAN: BubblewrapPlan = {
  bound: [],
  pins: [],
  sharedMemoryBytes: 1024,
  coveredProc: ['/proc/sys', '/proc/bus'],
  cwd: '/work/ws',
  innerEnvironment: {},
  filterFd: 10,
};

/** The mounts in order, as `flag path`. */
function mountsOf(plan: Partial<BubblewrapPlan>): string[] {
  const words = bubblewrapArguments({ ...PLAN, ...plan });
  return words.flatMap((word, place) => (word.endsWith('bind') ? [`${word} ${words[place + 1]}`] : []));
}

describe('bubblewrapArguments', () => {
  it('makes everything read-only before anything else', () => {
    expect(bubblewrapArguments(PLAN).join(' ')).toBe(
      '--unshare-user --disable-userns --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent ' +
        '--cap-drop ALL --ro-bind / / --dev /dev --size 1024 --tmpfs /dev/shm --remount-ro /dev --proc /proc ' +
        '--ro-bind /proc/sys /proc/sys --ro-bind /proc/bus /proc/bus --perms 0555 --size 4096 --tmpfs /proc/1 --remount-ro /proc/1 --seccomp 10 --chdir /work/ws',
    );
  });

  it('puts pins below the roots and the deeper path on top', () => {
    const mounts = mountsOf({
      pins: ['/work/ws/deep/er', '/work/ws/deep'],
      bound: [
        { path: '/work/ws/.git', mode: 'ro' },
        { path: '/work/ws/deep/er/.git', mode: 'ro' },
        { path: '/work/ws', mode: 'rw' },
        { path: '/work', mode: 'rw' },
        { path: '/work/ws/.git/allowed', mode: 'rw' },
      ],
    });
    expect(mounts.slice(3)).toEqual([
      '--bind /work/ws/deep',
      '--bind /work/ws/deep/er',
      '--bind /work',
      '--bind /work/ws',
      '--ro-bind /work/ws/.git',
      '--bind /work/ws/.git/allowed',
      '--ro-bind /work/ws/deep/er/.git',
    ]);
  });

  it('mounts a path once, as the last entry says', () => {
    const bound = [
      { path: '/a', mode: 'rw' as const },
      { path: '/a', mode: 'ro' as const },
    ];
    expect(mountsOf({ bound }).slice(3)).toEqual(['--ro-bind /a']);
  });

  it('holds the lock and sets variables only when there are any', () => {
    const words = bubblewrapArguments({ ...PLAN, innerEnvironment: { LD_LIBRARY_PATH: '/x' } });
    expect(words.join(' ')).toContain('--setenv LD_LIBRARY_PATH /x --seccomp 10 --chdir /work/ws');
  });
});

describe('pinsOf', () => {
  it.each([
    { paths: ['/r/.git'], roots: ['/r'], pins: [] },
    { paths: ['/r/a/b/.git'], roots: ['/r'], pins: ['/r/a', '/r/a/b'] },
    // A root is a mount and cannot move; what lies between two roots can.
    { paths: ['/r/a/b/.git'], roots: ['/r', '/r/a/b'], pins: ['/r/a'] },
    { paths: ['/r/a/.git', '/r/a/x/.git'], roots: ['/r'], pins: ['/r/a', '/r/a/x'] },
    { paths: ['/elsewhere/.git'], roots: ['/r'], pins: [] },
    // Below something protected nothing can be renamed anyway.
    { paths: ['/r/a', '/r/a/b/c'], roots: ['/r'], pins: [] },
  ])('pins $pins for $paths', ({ paths, roots, pins }) => {
    expect(pinsOf(paths, roots)).toEqual(pins);
  });
});
